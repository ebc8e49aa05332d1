from camera_agent.capture.ring import EncodedPacket, PacketRing, RingLimits

TICKS = 25


def packet(number: int, size: int = 10, gop: int = 5) -> EncodedPacket:
    return EncodedPacket(bytes(size), number, number, 1, number % gop == 0)


def filled(count: int, *, seconds: float = 100.0, size_bytes: int = 10**9, gop: int = 5, first: int = 0) -> PacketRing:
    ring = PacketRing(RingLimits(seconds, size_bytes), TICKS)
    for number in range(first, count):
        ring.push(packet(number, gop=gop))
    return ring


def numbers(ring: PacketRing, from_pts: int, to_pts: int) -> list[int]:
    return [one.pts for one in ring.packets(from_pts, to_pts)]


def test_a_stretch_begins_with_the_key_frame_before_it() -> None:
    assert numbers(filled(20), 7, 11) == [5, 6, 7, 8, 9, 10, 11]


def test_packets_before_the_first_key_frame_are_not_kept() -> None:
    assert numbers(filled(8, first=2), 0, 100) == [5, 6, 7]


def test_old_groups_go_when_time_is_up_and_the_last_seconds_stay_whole() -> None:
    ring = filled(100, seconds=1.0)
    kept = numbers(ring, 0, 1000)
    assert kept[0] <= 99 - TICKS
    assert kept[0] % 5 == 0
    assert len(kept) <= TICKS + 2 * 5


def test_the_bytes_are_bounded() -> None:
    ring = filled(1000, size_bytes=300)
    assert ring.size_bytes <= 300
    assert numbers(ring, 0, 10_000)[-1] == 999


def test_one_endless_group_is_let_go_and_the_next_key_frame_begins_anew() -> None:
    ring = filled(100, size_bytes=300, gop=64)
    assert ring.size_bytes <= 300
    assert numbers(ring, 0, 1000)[:1] in ([64], [])


def test_pictures_shown_earlier_but_decoded_later_come_along() -> None:
    ring = PacketRing(RingLimits(), TICKS)
    for pts, dts in ((0, -1), (3, 0), (1, 1), (2, 2), (6, 3), (4, 4), (5, 5)):
        ring.push(EncodedPacket(b"x", pts, dts, 1, pts == 0))
    assert numbers(ring, 0, 4) == [0, 3, 1, 2, 6, 4]


def test_the_newest_group_can_be_handed_over_once() -> None:
    ring = filled(12)
    assert [one.pts for one in ring.take_group_of(10)] == [10, 11]
    assert ring.take_group_of(10) == []
    assert numbers(ring, 0, 100)[-1] == 9
