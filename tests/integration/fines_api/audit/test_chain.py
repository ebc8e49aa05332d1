"""The audit chain against someone with the database's own password."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fines_api import audit
from fines_api.audit.service import AuditHead, verify_chain
from fines_api.node import Node

pytestmark = pytest.mark.integration


@pytest.fixture
def head(node: Node) -> AuditHead:
    """A chain of six rows, and its head kept elsewhere."""
    for number in range(6):
        with node.database.begin() as session:
            details = {"number": number, "share": 0.1 * number, "word": "проверка"}
            audit.record(session, node, "police:ivanova", "hotlists:entry:created", f"entry-{number}", details)
    with node.database.begin() as session:
        head, fault = verify_chain(session)
    assert fault is None
    assert head.position == 6
    return head


def test_the_database_refuses_to_change_a_row(node: Node, head: AuditHead) -> None:
    for attack in (
        "UPDATE audit_rows SET actor = 'x' WHERE position = 3",
        "DELETE FROM audit_rows WHERE position = 3",
        "TRUNCATE audit_rows",
    ):
        with pytest.raises(DBAPIError, match="never changed"), node.database.begin() as session:
            session.execute(text(attack))


def test_a_change_behind_the_guard_is_named(node: Node, head: AuditHead) -> None:
    for attack, position in (
        ("UPDATE audit_rows SET actor = 'police:petrov' WHERE position = 3", 3),
        ("UPDATE audit_rows SET details = '{}' WHERE position = 1", 1),
        ("UPDATE audit_rows SET at = at + interval '1 second' WHERE position = 6", 6),
        ("DELETE FROM audit_rows WHERE position = 3", 4),
        ("DELETE FROM audit_rows WHERE position = 1", 2),
        ("UPDATE audit_rows SET position = position + 100 WHERE position = 4", 5),
    ):
        with node.database.begin() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            attempt = session.begin_nested()
            session.execute(text(attack))
            _, fault = verify_chain(session)
            attempt.rollback()
        assert fault is not None
        assert fault.position == position, attack


def test_a_cut_off_end_shows_against_a_kept_head(node: Node, head: AuditHead) -> None:
    with node.database.begin() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("DELETE FROM audit_rows WHERE position >= 5"))
    with node.database.begin() as session:
        assert verify_chain(session)[1] is None
        _, fault = verify_chain(session, head)
    assert fault is not None
    assert fault.position == 5


def test_the_row_goes_with_its_transaction(node: Node, head: AuditHead) -> None:
    def undone_deed() -> None:
        with node.database.begin() as session:
            audit.record(session, node, "x", "a:b:c", "1")
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        undone_deed()
    with node.database.begin() as session:
        assert verify_chain(session) == (head, None)
