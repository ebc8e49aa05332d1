"""Trains the plate finder: ``python -m models.training.finder --data DIR --out DIR``; run again, it goes on."""

import argparse
import json
import math
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from models.datasets import LabelledPicture, data_folder, load_pictures
from models.training.finder_data import open_stream
from models.training.finder_export import difference, export, timings_ms
from models.training.finder_network import FinderNetwork, settle, take_over
from models.training.finder_scenes import SceneStore
from models.training.finder_settings import FinderSettings, Training, load_settings
from models.training.finder_teacher import unlabelled_plates
from models.training.finder_validation import Judgement, held_out, judge
from models.training.torchvision_operators import ModelEMA
from recognition.vision.stills import load_still

_CHECKPOINT = "checkpoint.pt"
_LOG = "log.jsonl"
_SETTLING_BATCHES = 6


class FinderTraining:
    """The state of one training, in a folder from which it goes on."""

    def __init__(self, wish: FinderSettings, out: Path) -> None:
        self._wish, self._out = wish, out
        pace = wish.training
        torch.manual_seed(pace.seed)
        self.network = FinderNetwork(wish.gains).to(memory_format=torch.channels_last)
        self._optimiser = torch.optim.AdamW(_groups(self.network, pace), lr=pace.learning_rate, betas=(0.9, 0.99))
        self.average = self._new_average()
        self.step = 0
        self._seen: deque[Any] = deque(maxlen=_SETTLING_BATCHES)

    def start(self, coco: Path, pictures: Sequence[LabelledPicture]) -> None:
        """Go on from the checkpoint, or begin from the COCO detector."""
        kept = self._out / _CHECKPOINT
        if kept.is_file():
            self._restore(torch.load(kept, weights_only=True))
            _say(f"goes on from step {self.step}")
            return
        canvas = self._wish.canvas
        some = _spread(pictures, self._wish.training.calibration_pictures)
        batch = torch.stack([_calibration_picture(picture, canvas.long_px, canvas.short_px) for picture in some])
        _say(f"{take_over(self.network, coco, batch)} layers taken over from {coco.name}")
        settle(self.network, [batch])
        self.network.train()
        self.average = self._new_average()

    def advance(self, batch: dict[str, Any], steps: int) -> dict[str, float]:
        """Learn from one batch and return the parts of its loss."""
        pace = self._wish.training
        rate = learning_rate(self.step, steps, pace)
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        self._seen.append(batch["img"])
        pictures = _as_input(batch["img"])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            raw = self.network(pictures)
        # Half precision is enough for the layers but not for boxes and corners.
        loss, parts = self.network.loss(batch, {name: _widened(value) for name, value in raw.items()})
        self._optimiser.zero_grad(set_to_none=True)
        (loss.sum() / len(pictures)).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), pace.max_gradient)
        if torch.isfinite(norm):
            self._optimiser.step()
        self.average.update(self.network)
        self.step += 1
        return {name.removesuffix("_loss"): float(value) for name, value in parts.items()} | {"norm": float(norm)}

    def judge(self, pictures: Sequence[LabelledPicture]) -> Judgement:
        """Return how the averaged weights do on held-out pictures."""
        settle(self.average.ema, [_as_input(batch) for batch in self._seen])
        return judge(self.average.ema, pictures, self._wish.validation)

    def keep(self) -> None:
        """Write the checkpoint; a half-written one never takes the place of a whole one."""
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.ema.state_dict(),
            "updates": self.average.updates,
            "optimiser": self._optimiser.state_dict(),
            "chance": torch.get_rng_state(),
        }
        torch.save(state, self._out / f"{_CHECKPOINT}.new")
        (self._out / f"{_CHECKPOINT}.new").replace(self._out / _CHECKPOINT)

    def _restore(self, state: dict[str, Any]) -> None:
        self.step = state["step"]
        self.network.load_state_dict(state["network"])
        self.average = self._new_average()
        self.average.ema.load_state_dict(state["average"])
        self.average.updates = state["updates"]
        self._optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["chance"])

    def _new_average(self) -> Any:
        pace = self._wish.training
        return ModelEMA(self.network, decay=pace.average_decay, tau=pace.average_ramp_steps)


def learning_rate(step: int, steps: int, pace: Training) -> float:
    """Return the rate of a step: a straight rise, then half a cosine down to the final share."""
    if step < pace.warm_up_steps:
        return pace.learning_rate * (step + 1) / pace.warm_up_steps
    done = min(1.0, (step - pace.warm_up_steps) / max(1, steps - pace.warm_up_steps))
    share = pace.final_share + (1 - pace.final_share) * (1 + math.cos(math.pi * done)) / 2
    return pace.learning_rate * share


def train(wish: FinderSettings, data: Path, out: Path, steps: int) -> FinderTraining:
    """Train up to a step, with checkpoints, judgements and a log on the way."""
    pace = wish.training
    pictures = [picture for name in wish.mix for picture in load_pictures(data, name)]
    ours = [picture for picture in pictures if picture.is_training]
    finds = unlabelled_plates(ours, data / wish.paths.teacher, out / "teacher.json", wish.teacher)
    training = FinderTraining(wish, out)
    training.start(data / wish.paths.coco, ours)
    judges = held_out(pictures, wish.validation.pictures)
    stream = open_stream(SceneStore(ours, finds, wish.mix, wish.teacher), wish, training.step)
    report = _Report(out / _LOG, pace)
    while training.step < steps:
        began = time.perf_counter()
        batch = next(stream)
        waited_s = time.perf_counter() - began
        report.note(training.advance(batch, steps), waited_s=waited_s, step=training.step)
        is_last = training.step == steps
        if training.step % pace.validation_steps == 0 or is_last:
            seen = training.judge(judges)
            report.write(
                step=training.step, plates=seen.plates, recall=seen.recall, strays=seen.strays, overlap=seen.overlap
            )
        if training.step % pace.checkpoint_steps == 0 or is_last:
            training.keep()
    return training


class _Report:
    """Speaks every so many steps and keeps what it said."""

    def __init__(self, path: Path, pace: Training) -> None:
        self._path, self._pace = path, pace
        self._parts: list[dict[str, float]] = []
        self._waited_s, self._began = 0.0, time.perf_counter()

    def note(self, parts: dict[str, float], *, waited_s: float, step: int) -> None:
        """Take in one step."""
        self._parts.append(parts)
        self._waited_s += waited_s
        if step % self._pace.report_steps:
            return
        took = time.perf_counter() - self._began
        means = {name: float(np.mean([each[name] for each in self._parts])) for name in parts}
        speed = len(self._parts) * self._pace.batch / took
        self.write(step=step, pictures_per_s=speed, waited_share=self._waited_s / took, **means)
        self._parts, self._waited_s, self._began = [], 0.0, time.perf_counter()

    def write(self, **values: float) -> None:
        """Say and keep a line."""
        line = {name: round(value, 4) for name, value in values.items()}
        _say("  ".join(f"{name} {value:g}" for name, value in line.items()))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _groups(network: Any, pace: Training) -> list[dict[str, Any]]:
    """Weights decay; biases and normalisations do not."""
    weights = [value for value in network.parameters() if value.ndim > 1]
    others = [value for value in network.parameters() if value.ndim <= 1]
    return [{"params": weights, "weight_decay": pace.weight_decay}, {"params": others, "weight_decay": 0.0}]


def _as_input(pictures: Any) -> Any:
    return pictures.to(memory_format=torch.channels_last).float() / 255


def _widened(value: Any) -> Any:
    return [part.float() for part in value] if isinstance(value, list) else value.float()


def _spread(pictures: Sequence[LabelledPicture], count: int) -> list[LabelledPicture]:
    return [pictures[place * len(pictures) // count] for place in range(count)]


def _calibration_picture(picture: LabelledPicture, width: int, height: int) -> Any:
    bgr = cv2.resize(load_still(picture.path), (width, height), interpolation=cv2.INTER_AREA)
    return torch.from_numpy(np.ascontiguousarray(bgr[:, :, ::-1].transpose(2, 0, 1))).float() / 255


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Train, and export where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("finder.toml"))
    parser.add_argument("--data", type=Path, help="folder of real pictures (else RUBEZH_DATA or ../shared/data)")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, log, teacher's finds and exported files")
    parser.add_argument("--steps", type=int, help="instead of the settings' number of steps")
    parser.add_argument("--export", action="store_true", help="write ONNX files when the last step is done")
    given = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    given.out.mkdir(parents=True, exist_ok=True)
    wish = load_settings(given.config)
    training = train(wish, data_folder(given.data), given.out, given.steps or wish.training.steps)
    if given.export:
        for path in export(training.average.ema, given.out):
            off = difference(training.average.ema, path)
            _say(f"{path}  {path.stat().st_size} bytes  differs by {off:.5f}  {timings_ms(path)} ms")


if __name__ == "__main__":
    main()
