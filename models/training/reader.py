"""Train the plate reader: resumes from its checkpoint, runs on a processor or a GPU alike, and exports to ONNX.

python -m models.training.reader --data FOLDER --out FOLDER [--steps N] [--export FILE]
"""

import argparse
import json
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from models.datasets import data_folder, load_pictures
from models.training.reader_data import Example, ReaderData, RealPlate, kinds, load_real, plates_of
from models.training.reader_network import ALPHABET, ReaderNetwork, ReaderShape
from recognition.vision import CornerFinder, PlateFinder, straighten

_CHECKPOINT = "reader.pt"


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Pictures ``(N, 3, H, W)`` −1..1, all texts end to end, their lengths, kinds allowed ``(N, K)``."""

    pictures: Tensor
    marks: Tensor
    lengths: Tensor
    allowed: Tensor


def as_batch(examples: list[Example]) -> Batch:
    """Put examples together."""
    pictures = np.stack([one.picture[:, :, ::-1] for one in examples]).transpose(0, 3, 1, 2)
    marks = [ALPHABET.index(mark) + 1 for one in examples for mark in one.text]
    return Batch(
        torch.from_numpy(np.ascontiguousarray(pictures)).float().div_(127.5).sub_(1.0),
        torch.tensor(marks, dtype=torch.long),
        torch.tensor([len(one.text) for one in examples]),
        torch.from_numpy(np.stack([one.allowed for one in examples])),
    )


class _Stream(IterableDataset[Batch]):
    """Batches for ever; each worker draws its own."""

    def __init__(self, config: dict[str, Any], real: tuple[RealPlate, ...], step: int) -> None:
        self._config, self._real, self._step = config, real, step

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        seed = self._config["data"]["seed"] + 7919 * self._step + (worker.id if worker else 0)
        size = tuple(self._config["network"]["size_px"])
        made = self._step * self._config["training"]["batch"]
        source = iter(ReaderData(self._config["data"], size, self._real, seed, made))
        while True:
            yield as_batch([next(source) for _ in range(self._config["training"]["batch"])])


class ReaderTraining:
    """The network with its optimiser, average and step; saved and resumed as one."""

    def __init__(self, config: dict[str, Any], out: Path, steps: int, device: torch.device) -> None:
        self.config, self.out, self.steps, self.device, self.step = config, out, steps, device, 0
        torch.manual_seed(config["data"]["seed"])
        self.network = ReaderNetwork(ReaderShape.from_config(config["network"]), len(kinds())).to(device)
        self.network = self.network.to(memory_format=torch.channels_last)
        training = config["training"]
        self.average = torch.optim.swa_utils.AveragedModel(
            self.network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(training["ema"]), use_buffers=True
        )
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=training["learning_rate"], weight_decay=training["weight_decay"]
        )
        self.ctc = nn.CTCLoss(blank=0, zero_infinity=True)
        if (out / _CHECKPOINT).is_file():
            self._resume(torch.load(out / _CHECKPOINT, map_location=device, weights_only=True))

    def learn(self, batch: Batch) -> tuple[float, float]:
        """Take one step; return the losses of characters and kinds."""
        training = self.config["training"]
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate()
        pictures = batch.pictures.to(self.device, memory_format=torch.channels_last)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            characters, kinds_seen = self.network(pictures)
        steps = torch.full((len(pictures),), characters.shape[1])
        chances = characters.float().log_softmax(-1).transpose(0, 1)
        reading = self.ctc(chances, batch.marks.to(self.device), steps, batch.lengths)
        # A real plate says only its country or continent: the sum over the kinds it may be is what must be likely.
        sorted_kinds = kinds_seen.float().log_softmax(-1)
        allowed = batch.allowed.to(self.device)
        sorting = -sorted_kinds.masked_fill(~allowed, -1e4).logsumexp(-1).mean()
        loss = reading + training["class_weight"] * sorting
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), training["clip"])
        self.optimiser.step()
        self.average.update_parameters(self.network)
        self.step += 1
        return float(reading.detach()), float(sorting.detach())

    def save(self) -> None:
        """Write the checkpoint; a half-written one never replaces a whole one."""
        partial = self.out / (_CHECKPOINT + ".partial")
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(state, partial)
        partial.rename(self.out / _CHECKPOINT)

    def start_from(self, paths: Sequence[Path]) -> None:
        """Take over the weights of an earlier training, or the mean of several that began alike."""
        loaded = [torch.load(path, map_location=self.device, weights_only=True) for path in paths]
        own = self.network.state_dict()
        state = {
            name: torch.stack([one[name].float() for one in loaded]).mean(dim=0).to(own[name].dtype)
            for name in loaded[0]
        }
        rows = state["rows.0.weight"]
        height = own["rows.0.weight"].shape[2]
        if rows.shape[2] != height:  # the full-height convolution of a network of another input height
            stretched = nn.functional.interpolate(rows, (height, rows.shape[3]), mode="bilinear", align_corners=True)
            state["rows.0.weight"] = stretched * (rows.shape[2] / height)
        self.network.load_state_dict(state)
        self.average.module.load_state_dict(state)

    def _resume(self, state: dict[str, Any]) -> None:
        self.step = int(state["step"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])

    def _rate(self) -> float:
        training = self.config["training"]
        rise = min(1.0, (self.step + 1) / training["warm_up"])
        fall = 0.5 * (1 + np.cos(np.pi * min(1.0, self.step / self.steps)))
        return float(training["learning_rate"] * rise * max(fall, 0.002))


def held_out(
    folder: Path, config: dict[str, Any], finder: PlateFinder | None
) -> dict[str, list[tuple[NDArray[np.uint8], str]]]:
    """Return straightened labelled plates of the pictures training never sees, by set."""
    size, margin = tuple(config["network"]["size_px"]), config["data"]["margin"]
    return {
        dataset: [
            (straighten(plate.picture, plate.corners_px, size, margin), plate.text)
            for picture in load_pictures(folder, dataset)
            if not picture.is_training
            for plate in plates_of(picture, dataset, finder)
        ]
        for dataset in ("us", "eu", "ru")
    }


def greedy(characters: Tensor) -> list[str]:
    """Read logits ``(N, T, 37)`` by the likeliest character of each step."""
    texts = []
    for row in characters.argmax(-1).cpu().numpy():
        kept = [place for number, place in enumerate(row) if place and (number == 0 or place != row[number - 1])]
        texts.append("".join(ALPHABET[place - 1] for place in kept))
    return texts


@torch.no_grad()
def validate(
    network: nn.Module, sets: dict[str, list[tuple[NDArray[np.uint8], str]]], device: torch.device
) -> dict[str, float]:
    """Return the share of held-out plates read exactly, greedily, by set."""
    network.eval()
    scores = {}
    for dataset, rows in sets.items():
        pictures = np.stack([picture[:, :, ::-1] for picture, _ in rows]).transpose(0, 3, 1, 2)
        batch = torch.from_numpy(np.ascontiguousarray(pictures)).float().div_(127.5).sub_(1.0).to(device)
        texts = greedy(network(batch)[0])
        scores[dataset] = float(np.mean([text == truth for text, (_, truth) in zip(texts, rows, strict=True)]))
    network.train()
    return scores


def export(training: ReaderTraining, path: Path) -> None:
    """Write the averaged network as ONNX with half-precision weights, and as a checkpoint to go on from beside it.

    Input ``plate`` ``(N, 3, H, W)``; outputs logits of characters and of kinds.
    """
    import onnx  # noqa: PLC0415 - only where a network is exported

    from models.training.onnx_file import halved, slimmed  # noqa: PLC0415

    network = training.average.module.eval().float().cpu().to(memory_format=torch.contiguous_format)
    width, height = training.config["network"]["size_px"]
    axes = {name: {0: "n"} for name in ("plate", "characters", "kinds")}
    torch.onnx.export(
        network, (torch.zeros(1, 3, height, width),), str(path), opset_version=17, dynamo=False,
        input_names=["plate"], output_names=["characters", "kinds"], dynamic_axes=axes,
    )  # fmt: skip
    model = slimmed(onnx.load(path))
    notes = {"alphabet": ALPHABET, "kinds": "\n".join(kinds()), "margin": str(training.config["data"]["margin"])}
    onnx.helper.set_model_props(model, {**notes, "steps": str(training.step)})
    del model.graph.value_info[:]
    onnx.save(halved(model), path)
    state = network.state_dict()
    halves = {name: value.half() if value.is_floating_point() else value for name, value in state.items()}
    torch.save(halves, path.with_suffix(".pt"))


def main() -> None:
    """Train until the last step, then export."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--config", type=Path, default=Path(__file__).with_suffix(".toml"))
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--taught", type=Path, help="what models.training.teachers wrote")
    arguments.add_argument("--finder", type=Path, help="ONNX file of the finder, for the corners of real plates")
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--steps", type=int)
    arguments.add_argument("--rate", type=float, help="highest learning rate, instead of the config's")
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument(
        "--start", type=Path, nargs="+", help="exported .pt to start from instead of chance; the mean of several"
    )
    arguments.add_argument("--export", type=Path, help="ONNX file to write at the end")
    given = arguments.parse_args()
    config = tomllib.loads(given.config.read_text("utf-8"))
    if given.rate:
        config["training"]["learning_rate"] = given.rate
    folder = data_folder(given.data)
    given.out.mkdir(parents=True, exist_ok=True)
    steps = config["training"]["steps"] if given.steps is None else given.steps
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    training = ReaderTraining(config, given.out, steps, device)
    if given.start and training.step == 0:
        training.start_from(given.start)
    if training.step < training.steps:
        _run(training, folder, given)
    if given.export:
        export(training, given.export)


def _run(training: ReaderTraining, folder: Path, given: argparse.Namespace) -> None:
    every = training.config["training"]
    finder = CornerFinder(given.finder) if given.finder else None
    stream = _Stream(training.config, load_real(folder, given.taught, finder), training.step)
    sets = held_out(folder, training.config, finder)
    workers = given.workers
    started, first = time.monotonic(), training.step
    losses: list[tuple[float, float]] = []
    # Not forked: OpenCV's and torch's threads do not survive it.
    loader = DataLoader(
        stream, batch_size=None, num_workers=workers,
        prefetch_factor=8 if workers else None, multiprocessing_context="spawn" if workers else None,
    )  # fmt: skip
    for batch in loader:
        losses.append(training.learn(batch))
        if training.step % 50 == 0:
            reading, sorting = np.mean(losses[-50:], axis=0)
            rate = (training.step - first) * every["batch"] / (time.monotonic() - started)
            print(f"step {training.step} reading {reading:.4f} kinds {sorting:.3f} {rate:.0f} plates/s", flush=True)
        if training.step % every["checkpoint_every"] == 0 or training.step >= training.steps:
            training.save()
        if training.step % every["validate_every"] == 0 or training.step >= training.steps:
            scores = {"step": training.step, **validate(training.average.module, sets, training.device)}
            print(json.dumps(scores), flush=True)
            with (training.out / "scores.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(scores) + "\n")
        if training.step >= training.steps:
            return


if __name__ == "__main__":
    main()
