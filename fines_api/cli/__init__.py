"""``fines-api``: the service, its worker, and the commands of an administrator; ``fines-api --help`` lists them."""

import importlib
from importlib.util import find_spec

import typer

from fines_api.cli.admin import audit_verify, create_user, enrolment_code, import_site, migrate_schema
from fines_api.cli.bench import bench
from fines_api.cli.dictionary import rebuild_dictionary
from fines_api.cli.hotlist import import_hotlist
from fines_api.cli.minimise import minimise
from fines_api.cli.run import serve, worker

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.command("serve")(serve)
app.command("worker")(worker)
app.command("migrate")(migrate_schema)
app.command("create-user")(create_user)
app.command("enrolment-code")(enrolment_code)
app.command("import-site")(import_site)
app.command("import-hotlist")(import_hotlist)
app.command("minimise")(minimise)
app.command("audit-verify")(audit_verify)
app.command("rebuild-dictionary")(rebuild_dictionary)
app.add_typer(bench)
if find_spec("fines_api.cli.seed") is not None:
    app.command("seed")(importlib.import_module("fines_api.cli.seed").seed)

__all__ = ["app"]
