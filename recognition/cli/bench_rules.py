"""``recognition bench rules``: whom the rules find and whom they accuse wrongly, on scenes of known truth."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognition.cli.report import FAILED, REFUSED, plain_errors

if TYPE_CHECKING:
    from models.evaluation.rules import RuleResult, SceneVerdict

_TABLE_WIDTH = 200
_VIOLATING_SHARE = 0.6


def bench_rules(
    *,
    violating: Annotated[int, typer.Option(min=0, help="scenes that break each rule")] = 200,
    innocent: Annotated[int, typer.Option(min=0, help="scenes for each rule that break nothing")] = 2000,
    rules: Annotated[str, typer.Option(help="rules with commas; default: all")] = "",
    seed: Annotated[int, typer.Option(min=0, help="another seed tells other scenes")] = 1,
    processes: Annotated[int, typer.Option(min=1, help="how many work side by side")] = 2,
    rendered: Annotated[
        int,
        typer.Option(min=0, help="draw so many scenes of each rule in pixels instead, and let the networks see them"),
    ] = 0,
    holdout: Annotated[
        bool, typer.Option("--holdout", help="scenes of an author who had not read the rules; not judged by the bars")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="FILE", help="with --rendered: note verdicts there, and go on from there")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="judge the bars; exit 1 where one falls short")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="keep the whole run")] = None,
    replay: Annotated[str, typer.Option(metavar="SEED/NAME", help="print one scene and its cases, and stop")] = "",
) -> None:
    """Judge the rules on scenes whose truth is known, of numbers or of pixels, and tell the scenes to look at again.

    Of rendered scenes six in ten break the rule; about half a minute each.

    Exit code 0: judged, and with --check every bar is cleared.  1: a bar falls short.  2: no such rule or scene.
    """
    with plain_errors():
        from models.evaluation import rules as judging
        from models.evaluation import rules_record as record

        book = "holdout" if holdout else "own"
        if replay:
            sys.stdout.write(_replayed(replay, book) + "\n")
            return
        told = judging.BOOKS[book].groups
        names = [name.strip() for name in rules.split(",") if name.strip()] or list(told)
        if unknown := sorted(set(names) - set(told)):
            _refuse(f"no scenes are told for {', '.join(unknown)}; for: {', '.join(told)}")
        if rendered:
            done = _rendered(names, rendered, seed=seed, processes=processes, book=book, keep=keep)
        else:
            done = judging.run(names, violating=violating, innocent=innocent, seed=seed, processes=processes, book=book)
        _print(record.table(done))
        sys.stdout.writelines(f"{line}\n" for line in record.troubles(done))
        if json_file is not None:
            json_file.write_text(record.as_json(done, seed=seed, scenes=book), encoding="utf-8")
    if check and not holdout and not _is_cleared(done, is_rendered=rendered > 0):
        raise typer.Exit(FAILED)


def _rendered(
    rules: list[str], count: int, *, seed: int, processes: int, book: str, keep: Path | None
) -> "tuple[RuleResult, ...]":
    from models.evaluation import filmed
    from models.evaluation.rules import results

    violating = round(_VIOLATING_SHARE * count)
    verdicts = filmed.run(
        rules,
        violating=violating,
        innocent=count - violating,
        seed=seed,
        processes=processes,
        book=book,
        keep=keep,
        tick=_told,
    )
    return results(rules, verdicts, None)


def _told(scene: "SceneVerdict") -> None:
    sys.stderr.write(f"{scene.name} {scene.seed}: {scene.made_s:.0f} s\n")


def _replayed(which: str, book: str) -> str:
    from models.evaluation.rules_record import replay

    seed, _, name = which.partition("/")
    if not seed.isdecimal():
        _refuse(f"{which!r} is not SEED/NAME, such as 1000007/red_light.crosses_at_amber")
    try:
        return replay(name, int(seed), book)
    except KeyError as error:
        _refuse(str(error.args[0]))
    return ""


def _refuse(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    raise typer.Exit(REFUSED)


def _print(table: object) -> None:
    from rich.console import Console

    Console(width=_TABLE_WIDTH).print(table)


def _is_cleared(done: "tuple[RuleResult, ...]", *, is_rendered: bool) -> bool:
    from models.evaluation.bars import Part, check
    from models.evaluation.rules_record import figures, rule_bars

    part: Part = "rendered" if is_rendered else "all"
    lines = check(rule_bars(part), figures(done, part))
    sys.stdout.writelines(f"{line}\n" for line in lines)
    if absent := [one.rule for one in done if not one.is_in_catalogue]:
        sys.stderr.write(f"not in the catalogue: {', '.join(absent)}\n")
    return all(line.is_ok for line in lines)
