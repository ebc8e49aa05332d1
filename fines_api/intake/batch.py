"""One batch on its way through the door: every event gets one answer, and those that take their place are entered."""

from collections.abc import Sequence

from fines_api.intake.chain import Entry
from fines_api.intake.delivery import ChainLink, Delivered
from recognition.contracts import EventType, IntakeResult, IntakeStatus
from recognition.evidence import VerifyingKey

_MAX_DETAIL = 500


class Batch:
    """Answers by the events' number in the batch, and the entries for the chain's books."""

    def __init__(self, device_id: str, keys: Sequence[VerifyingKey], size: int) -> None:
        self.device_id = device_id
        self.keys = keys
        self.key_ids = frozenset(key.key_id for key in keys)
        self.entries: list[Entry] = []
        self._answers: list[IntakeResult | None] = [None] * size
        self._same: dict[int, int] = {}

    def accept(self, number: int, event: Delivered, kind: EventType) -> None:
        """Let an event in; a passage's payload lies with the passage."""
        self.entries.append(Entry(event, kind.value, is_payload_kept=kind is not EventType.PASSAGE_RECORDED))
        self._answer(number, event.link, IntakeStatus.ACCEPTED)

    def put_off(self, number: int, event: Delivered, code: str, detail: str) -> None:
        """Ask for the event again later; it takes no place yet."""
        self._answer(number, event.link, IntakeStatus.RETRY, code, detail)

    def refuse(self, number: int, event: Delivered, kind: EventType | None, code: str, detail: str) -> None:
        """Refuse a signed event, which keeps its place so that the chain goes on behind it."""
        self.entries.append(Entry(event, kind and kind.value, refused_code=code))
        self.turn_away(number, event.link, code, detail)

    def turn_away(self, number: int, link: ChainLink, code: str, detail: str | None = None) -> None:
        """Refuse an event that gets no place."""
        self._answer(number, link, IntakeStatus.QUARANTINED, code, detail)

    def is_known(self, number: int, link: ChainLink, refused_code: str | None) -> None:
        """Answer an event that is here already as it was answered then."""
        status = IntakeStatus.DUPLICATE if refused_code is None else IntakeStatus.QUARANTINED
        self._answer(number, link, status, refused_code)

    def is_same_as(self, number: int, first: int) -> None:
        """Answer an event that came twice in this batch."""
        self._same[number] = first

    def answer(self) -> tuple[IntakeResult, ...]:
        """Return the answers, in the order of the events."""
        answers = (self._answers[self._same.get(number, number)] for number in range(len(self._answers)))
        return tuple(one for one in answers if one is not None)

    def _answer(
        self, number: int, link: ChainLink, status: IntakeStatus, code: str | None = None, detail: str | None = None
    ) -> None:
        self._answers[number] = IntakeResult(
            epoch=link.epoch,
            seq=link.seq,
            event_sha256=link.sha256,
            status=status,
            code=code,
            detail=detail and detail[:_MAX_DETAIL],
        )
