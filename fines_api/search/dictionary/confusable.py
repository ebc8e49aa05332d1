"""What a plate may have been read as, by the table of misreads that hotlists are matched with.

A hotlist asks what a seen text may have *meant*; a search asks what a meant plate may have been *seen* as.  Texts are
therefore drawn with the table turned round, which gives too many, and each that exists is judged as a hotlist with this
one plate would judge it.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from recognition.contracts import MatchPolicy, PlateKey
from recognition.plates.list_entry import Kind, ListEntry
from recognition.plates.list_hash import kind_number
from recognition.plates.list_index import ListIndex
from recognition.plates.match_costs import load_confusions
from recognition.plates.neighbours import Neighbours
from recognition.plates.seen import SeenKeys

_SLACK = 2.0
"""A place may weigh differently in the seen text; what is drawn too dear is judged again."""


def may_be_read_as(keys: Sequence[PlateKey]) -> list[str]:
    """Return every text that one of the plates may be read as, and some more; the plates' own among them."""
    texts = {key.plate for key in keys}
    for key in keys:
        kind = (key.plate_region, key.plate_type)
        numbers = np.array([kind_number(*kind)], np.uint64)
        seen = SeenKeys.of([key], {kind: 0}, numbers)
        for variants in _turned(kind).variants(seen, _SLACK * load_confusions().limits.most_cost):
            rows = variants.spell(seen, np.arange(len(variants.rows)))
            texts.update(row.tobytes().rstrip(b"\0").decode("ascii") for row in rows)
    return sorted(texts)


def likely_misreads(keys: Sequence[PlateKey], seen: Sequence[PlateKey]) -> list[str]:
    """Return those of the seen texts that are one of the plates, or a misread of one that costs little enough."""
    index = ListIndex.of(
        ListEntry(number, key.plate, key.plate_region, key.plate_type, MatchPolicy.CONFUSABLE)
        for number, key in enumerate(keys)
    )
    return sorted({seen[match.seen].plate for match in index.match(seen)})


@cache
def _turned(kind: Kind) -> Neighbours:
    shipped = load_confusions()
    pairs = {(seen, meant): cost for (meant, seen), cost in shipped.pairs.items()}
    return Neighbours.of((kind,), replace(shipped, pairs=pairs))
