"""Make the scenes: ``python -m models.synthesis.scenes demo --out deploy/demo/assets``."""

import json
from pathlib import Path
from typing import Annotated

import cv2
import typer

from models.synthesis.scenes.demo import DEMO, DEMO_SITE
from models.synthesis.scenes.survey import site_toml
from models.synthesis.scenes.truth import scene_truth
from models.synthesis.scenes.video import encode_mp4, render_frames

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Render road scenes with known truth.")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="folder for demo.mp4, demo_site.toml and demo_truth.json")],
    processes: Annotated[int, typer.Option(min=1, max=16, help="rendering processes")] = 2,
    video: Annotated[bool, typer.Option(help="render the clip too; without it only site and truth")] = True,
) -> None:
    """Render the scene of the demonstration: clip, site file and truth."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "demo_site.toml").write_text(site_toml(DEMO, DEMO_SITE), encoding="utf-8")
    truth = json.dumps(scene_truth(DEMO), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (out / "demo_truth.json").write_text(truth.replace('{"pts_s"', '\n{"pts_s"') + "\n", encoding="utf-8")
    if not video:
        return
    partial = out / "demo.part.mp4"
    frames = render_frames(DEMO, range(DEMO.frame_count), processes)
    count = encode_mp4(frames, partial, fps=DEMO.fps)
    partial.replace(out / "demo.mp4")
    size_mib = (out / "demo.mp4").stat().st_size / 2**20
    typer.echo(f"{count} frames, {size_mib:.2f} MiB: {out / 'demo.mp4'}")


@app.command()
def picture(
    out: Annotated[Path, typer.Option(help="PNG file to write")],
    moment_s: Annotated[float, typer.Option(min=0.0, help="second of the demonstration scene")] = 3.6,
) -> None:
    """Render one frame of the demonstration as a PNG."""
    frame = next(render_frames(DEMO, range(round(moment_s * DEMO.fps), DEMO.frame_count), processes=1))
    if not cv2.imwrite(str(out), frame):
        typer.echo(f"cannot write {out}\nfix: name a .png file in a folder that exists", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
