"""The recipe of a push: look, plan, upload, verify, purge, tag. Run again, it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from etl.errors import AlreadyPublishedError, ConfigError, LockedError
from etl.hub.choose import choose, unprotected
from etl.hub.client import Hub
from etl.hub.files import Repository
from etl.hub.holdings import comparable, holdings
from etl.hub.plan import Commit, Plan, plan_push
from etl.hub.source import Source
from etl.hub.verify import verify, verify_tag

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """What was asked for. `version`, `as_of`: see `choose`. `tags`: extra names for the state that is pushed."""

    version: str | None = None
    as_of: str | None = None
    tags: tuple[str, ...] = ()
    public: bool = False
    allow_unprotected: bool = False


def prepare(source: Source, hub: Hub, wish: Wish) -> tuple[Plan, Repository]:
    """Look at both sides and plan; nothing is changed.

    Raises:
        ConfigError, AlreadyPublishedError: the wish cannot be granted.
    """
    chosen = choose(source.versions(), name=wish.version, as_of=wish.as_of)
    repository = hub.find()
    plan = plan_push(holdings(source, repository.files), chosen, repository, source.derive)
    _check_audience(plan, repository, wish)
    for tag, files in plan.standing.items():
        verify_tag(tag, files, hub.files_at(tag, [file.path for file in files]))
    for tag in wish.tags:
        if tag in repository.tags and (plan.all_commits or repository.tags[tag] != repository.head):
            raise AlreadyPublishedError(
                f"the tag {tag} is there and names another state of the repository: give another --tag, or delete it at the "
                "Hub and run again"
            )
    return plan, repository


def carry_out(source: Source, hub: Hub, wish: Wish, plan: Plan, found: Repository, say: Say) -> bool:
    """Do what was planned; returns whether the repository is private.

    Whatever interrupts it, a reader of the repository sees whole versions only.

    Raises:
        LockedError: the registry or the repository changed meanwhile. StorageError: it failed, or the files that arrived
            are not the ones that were sent; nothing was tagged.
    """
    if found.head is None:
        hub.create(private=not wish.public)
        found = hub.find()
        _check_audience(plan, found, wish)
    head = str(found.head)
    if plan.opening:
        head = _commit(plan.opening, source, hub, plan, head, say)
    _withdraw(hub, plan, say)  # before anything else can fail
    for commit in plan.commits:
        head = _commit(commit, source, hub, plan, head, say)
    files = hub.files(head) if plan.all_commits else found.files
    verify([comparable(source, file, files) for file in plan.wanted.values()], plan.gone, files)
    say(f"verified: {len(plan.wanted)} files are what the registry says")
    _check_registry(source, plan)
    extra = {tag: "Desirepath push" for tag in wish.tags if tag not in found.tags}
    for tag, message in {**plan.tags, **extra}.items():
        hub.tag(tag, message, commit=head)
        say(f"tagged {tag}")
    return found.is_private


def tell(plan: Plan, found: Repository, wish: Wish) -> Sequence[str]:
    """The plan in lines, for `--dry-run`."""
    lines = []
    if found.head is None:
        lines.append(
            f"create a {'public' if wish.public else 'private'} repository (or this token cannot see it)"
        )
    for commit in plan.all_commits:
        lines.append(f"commit: {commit.message} ({_changes(len(commit.add), len(commit.delete))})")
        lines += [f"  - {path}" for path in commit.delete]
        lines += [f"  + {file.path}" for file in commit.add]
    lines += [f"delete the tag {tag}" for tag in plan.untag]
    if plan.purge:
        lines.append("delete the content of withdrawn versions from the history, where it is still there")
    lines += [f"tag {tag}" for tag in (*plan.tags, *wish.tags) if tag not in found.tags]
    lines.append(f"{plan.unchanged} files are there already")
    return lines


def _commit(commit: Commit, source: Source, hub: Hub, plan: Plan, head: str, say: Say) -> str:
    _check_registry(source, plan)
    made = hub.commit(commit, source, parent=head)
    say(f"committed: {commit.message} ({_changes(len(commit.add), len(commit.delete))})")
    return made


def _withdraw(hub: Hub, plan: Plan, say: Say) -> None:
    """Take withdrawn data out of what tags and the history still show."""
    for tag in plan.untag:
        hub.untag(tag)
        say(f"deleted the tag {tag}")
    stored = hub.large_files(plan.purge) if plan.purge else []
    if stored:
        hub.purge(stored)
        say(f"deleted {len(stored)} files of withdrawn versions from the history")


def _check_audience(plan: Plan, repository: Repository, wish: Wish) -> None:
    if repository.head is not None and not repository.is_private and not wish.public:
        raise ConfigError(
            "the repository is public and --public was not given; give it if everybody may read these versions, or make the "
            "repository private at the Hub"
        )
    weak = unprotected(plan.live)
    if wish.public and weak and not wish.allow_unprotected:
        shown = "; ".join(f"{name}: {', '.join(reasons)}" for name, reasons in list(weak.items())[:5])
        raise ConfigError(
            f"not protected as a public release should be ({len(weak)} in all): {shown}; push to a private "
            "repository, or give --allow-unprotected if you answer for it"
        )


def _check_registry(source: Source, plan: Plan) -> None:
    """A version that is withdrawn while we push must not appear at the Hub."""
    live = {version.name for version in source.versions() if version.is_live}
    if not live >= {version.name for version in plan.live}:
        raise LockedError("a version was withdrawn from the registry during this push; run again")


def _changes(added: int, deleted: int) -> str:
    return f"{added} files" + (f", {deleted} deleted" if deleted else "")
