"""The tree against the numbers of Certificate Transparency and against a second way of building it."""

from __future__ import annotations

import hashlib

from hypothesis import given as given_numbers
from hypothesis import strategies as some

from zhirong.record.engine import tree

# The eight leaves, roots and proofs of google/certificate-transparency's merkletree tests (merkle_tree_test.cc).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = {
    (0, 1): [],
    (0, 8): [A, B, C],
    (5, 8): [D, E, ROOTS[3]],
    (2, 3): [ROOTS[1]],
    (1, 5): [ROOTS[0], B, D],
}
CONSISTENCY = {(1, 1): [], (1, 8): [A, B, C], (6, 8): [F, E, ROOTS[3]], (2, 5): [B, D]}


# The second implementation: the definitions of RFC 6962, 2.1, word for word, sharing nothing with the product.
def mth(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = greatest_power_below(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def greatest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = greatest_power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def sub_proof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = greatest_power_below(len(leaves))
    if m <= k:
        return [*sub_proof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*sub_proof(m - k, leaves[k:], False), mth(leaves[:k])]


def shelf_of(leaves: list[bytes], *, ranges: list[tree.Span]) -> tree.Shelf:
    """A shelf with exactly the rows that the ranges ask for, as the database gives them."""
    hashes = [tree.leaf_hash(leaf) for leaf in leaves]
    _, completed = tree.Frontier().append(hashes)
    rows = {(0, at): value for at, value in enumerate(hashes)}
    rows |= {(level, place): value for level, place, value in completed}
    needed = tree.rows_needed(ranges)
    return tree.Shelf(
        {(level, at): rows[level, at] for level in needed for span in needed[level] for at in range(*span)}
    )


def grown(leaves: list[bytes]) -> tree.Frontier:
    return tree.Frontier().append([tree.leaf_hash(leaf) for leaf in leaves])[0]


def inclusion(number: int, leaves: list[bytes]) -> list[bytes]:
    ranges = tree.inclusion_ranges(number, len(leaves))
    shelf = shelf_of(leaves, ranges=ranges)
    return [shelf.root(span) for span in ranges]


def consistency(old: int, leaves: list[bytes]) -> list[bytes]:
    ranges = tree.consistency_ranges(old, len(leaves))
    shelf = shelf_of(leaves, ranges=ranges)
    return [shelf.root(span) for span in ranges]


def numbered(count: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(count)]


def test_the_published_roots_are_reproduced():
    assert [grown(LEAVES[:size]).root().hex() for size in range(1, 9)] == ROOTS
    assert [mth(LEAVES[:size]).hex() for size in range(1, 9)] == ROOTS


def test_the_empty_tree_has_the_hash_of_nothing():
    assert tree.Frontier().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert mth([]) == tree.EMPTY_ROOT


def test_the_published_inclusion_proofs_are_reproduced():
    for (number, size), proof in INCLUSION.items():
        assert [step.hex() for step in inclusion(number, LEAVES[:size])] == proof


def test_the_published_consistency_proofs_are_reproduced():
    for (old, new), proof in CONSISTENCY.items():
        assert [step.hex() for step in consistency(old, LEAVES[:new])] == proof


@given_numbers(some.integers(1, 1200), some.data())
def test_the_second_implementation_agrees_on_roots_and_proofs(size, data):
    leaves = numbered(size)
    number = data.draw(some.integers(0, size - 1))
    old = data.draw(some.integers(1, size))
    root = mth(leaves)
    assert grown(leaves).root() == root
    proof = inclusion(number, leaves)
    assert proof == path(number, leaves)
    assert tree.includes(tree.leaf_hash(leaves[number]), number, size, proof=proof, root=root)
    proof = consistency(old, leaves)
    assert proof == sub_proof(old, leaves, True)
    assert tree.extends(old, size, old_root=mth(leaves[:old]), new_root=root, proof=proof)


@given_numbers(some.integers(2, 300), some.data())
def test_a_proof_of_anything_else_is_refused(size, data):
    leaves = numbered(size)
    root, number = mth(leaves), data.draw(some.integers(0, size - 1))
    proof, leaf = path(number, leaves), tree.leaf_hash(leaves[number])
    other = data.draw(some.integers(0, size - 1).filter(lambda at: at != number))
    assert not tree.includes(leaf, other, size, proof=proof, root=root)
    assert not tree.includes(tree.leaf_hash(leaves[other]), number, size, proof=proof, root=root)
    assert not tree.includes(leaf, number, size, proof=proof[:-1], root=root)
    assert not tree.includes(leaf, number, size, proof=[*proof, root], root=root)
    assert not tree.includes(leaf, size, size, proof=proof, root=root)
    assert not tree.includes(leaf, number, size, proof=proof, root=tree.EMPTY_ROOT)


@given_numbers(some.integers(2, 300), some.data())
def test_a_rewritten_past_is_no_beginning_of_the_present(size, data):
    leaves, old = numbered(size), data.draw(some.integers(1, size - 1))
    proof, root = sub_proof(old, leaves, True), mth(leaves)
    edited = data.draw(some.integers(0, old - 1))
    forged = mth([leaf if at != edited else b"edited" for at, leaf in enumerate(leaves[:old])])
    assert not tree.extends(old, size, old_root=forged, new_root=root, proof=proof)
    assert not tree.extends(old, size, old_root=mth(leaves[:old]), new_root=root, proof=proof[:-1])
    assert not tree.extends(size, old, old_root=root, new_root=mth(leaves[:old]), proof=proof)
    assert not tree.extends(0, size, old_root=tree.EMPTY_ROOT, new_root=root, proof=proof)


def test_appending_in_pieces_gives_the_same_tree():
    hashes = [tree.leaf_hash(leaf) for leaf in numbered(1000)]
    whole, completed = tree.Frontier().append(hashes)
    first, some_completed = tree.Frontier().append(hashes[:300])
    both, more_completed = first.append(hashes[300:])
    assert both == whole
    assert [(level, place) for level, place, _ in completed] == [(6, place) for place in range(15)]
    assert some_completed + more_completed == completed


def test_the_peaks_come_back_from_the_stored_rows():
    leaves = numbered(1000)
    span = (0, 1000)
    assert shelf_of(leaves, ranges=[span]).peaks(span) == grown(leaves).peaks


def test_a_proof_in_a_tree_of_millions_needs_a_few_hundred_hashes():
    most = 0
    for size in (1_000_000, 2**20, 2**20 - 1, 16_777_215, 70_000):
        for number in (0, 255, 256, size // 3, size // 2, size - 1):
            needed = tree.rows_needed(tree.inclusion_ranges(number, size)).items()
            rows = {(level, at) for level, spans in needed for span in spans for at in range(*span)}
            most = max(most, len(rows))
    assert most <= 500


def test_paths_that_meet_are_fetched_once_and_together():
    one, other = tree.inclusion_ranges(3, 64), tree.inclusion_ranges(60, 64)
    assert tree.rows_needed([*one, *other, *one]) == {0: [(0, 64)]}
