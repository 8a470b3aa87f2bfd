"""A small workplace, released by the real functions: what the attacks are tried on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from risk.evidence import Occurrences, Published
from risk.stitching import followed
from tests.worlds import Act, Direct, digest, events_of, policy, run_directly
from transforms.records import SPLITS, record_digest, split_of

ACTIONS, TEAMS = 24, 6


def workplace(seed: int, *, people: int = 60, actions: int = 100) -> pa.RecordBatch:
    """Events of people in teams; each team has its own habits of what follows what, and shares half of them."""
    draw = np.random.default_rng(seed)
    common = draw.dirichlet(np.full(ACTIONS, 0.08), ACTIONS)
    habits = [(common + draw.dirichlet(np.full(ACTIONS, 0.08), ACTIONS)) / 2 for _ in range(TEAMS)]
    acts = []
    for person in range(people):
        chain, now = habits[person % TEAMS], int(draw.integers(ACTIONS))
        for step in range(actions):
            acts.append(Act(f"p{person}", step, (f"act {now}",), position=person * actions + step))
            now = int(draw.choice(ACTIONS, p=chain[now]))
    return events_of(acts)


def released(seed: int, **size: int) -> tuple[Published, Occurrences]:
    """The workplace's release at k = 5, and who emitted what."""
    return evidence(run_directly(workplace(seed, **size), policy(k=5)))


def evidence(direct: Direct) -> tuple[Published, Occurrences]:
    """What a direct run released, a file a split; for one bucket."""
    release, (emitted,) = direct.released, direct.emitted
    split = np.array([SPLITS.index(split_of(digest)) for digest in release.digests], np.int32)
    order = np.argsort(split, kind="stable")
    row = np.concatenate([np.arange(size) for size in np.bincount(split, minlength=len(SPLITS))])
    published = Published(
        release.table.column("actions").combine_chunks().take(pa.array(order)),
        split[order],
        row,
        np.asarray(release.table.column("people"), np.int64)[order],
        np.asarray(release.table.column("occurrences"), np.int64)[order],
    )
    place = {release.digests[old]: new for new, old in enumerate(order.tolist())}
    number = np.array([place.get(record, -1) for record in direct.plan.digests])
    record = number[emitted.record]
    order = np.lexsort((emitted.start, emitted.session, emitted.person))
    kept = order[record[order] >= 0]
    start = emitted.start[kept]
    columns = (record[kept], emitted.person[kept], emitted.session[kept], start, start + emitted.length[kept])
    return published, Occurrences(*(column.astype(np.int32) for column in columns))


def team_of(person: np.ndarray) -> np.ndarray:
    """The team of each person, as `evidence` numbers them: in the order of their digests."""
    people = int(person.max()) + 1
    names = sorted((digest(f"p{number}"), number) for number in range(people))
    return np.array([number % TEAMS for _, number in names])[person]


def renumbered(emitted: Occurrences, seed: int) -> Occurrences:
    """The same occurrences with people and sessions numbered, and so ordered, otherwise."""
    draw = np.random.default_rng(seed)
    person = draw.permutation(int(emitted.person.max()) + 1)[emitted.person]
    order = np.argsort(person, kind="stable")
    _, session = np.unique(emitted.session, return_inverse=True)
    session = draw.permutation(int(session.max()) + 1)[session]
    return Occurrences(
        emitted.record[order], person[order], session[order], emitted.start[order], emitted.stop[order]
    )


def lengthened(published: Published, emitted: Occurrences) -> tuple[Published, Occurrences]:
    """The release of a cutter that is off by one: each segment also holds the first action of the segment after it."""
    actions = published.actions.to_pylist()
    texts = [tuple(actions[record]) for record in emitted.record]
    stop = emitted.stop.copy()
    for index in followed(emitted):
        texts[index] += (actions[emitted.record[index + 1]][0],)
        stop[index] += 1
    names = sorted(set(texts), key=record_digest)
    number = {name: index for index, name in enumerate(names)}
    record = np.array([number[text] for text in texts])
    pairs = np.unique(np.stack([record, emitted.person]), axis=1)
    return (
        Published(
            pa.array([list(name) for name in names], pa.list_(pa.string())),
            np.zeros(len(names), np.int32),
            np.arange(len(names)),
            np.bincount(pairs[0], minlength=len(names)),
            np.bincount(record, minlength=len(names)),
        ),
        Occurrences(record, emitted.person, emitted.session, emitted.start, stop),
    )
