"""Mutants of what is kept between nights: sealing, erasure, retention, and the change of keys."""

from __future__ import annotations

from tests.mutants.mutant import mutant

VAULT = "tests/etl/test_vault.py"
ERASE = "tests/etl/test_erase.py"
RETENTION = "tests/etl/test_retention.py"
ROTATE = "tests/etl/test_rotate_key.py"
NIGHTS = "tests/etl/test_privacy_commands.py"
MIGRATE = "tests/etl/test_migrate.py"
SPELLED = "tests/etl/test_spelling_nights.py"

REMEMBERING = (
    mutant(
        "a sealed object opens in another's place",
        VAULT,
        ("etl/vault.py", "self._name = name.encode()", 'self._name = b""'),
    ),
    mutant(
        "what was filtered out stays in a sealed dictionary",
        VAULT,
        ("etl/vault.py", "        compact_dictionaries(table),\n", "        table,\n"),
    ),
    mutant(
        "a plain file is believed in the place of a sealed one",
        VAULT,
        ("etl/vault.py", "if not content.endswith(MAGIC):", "if False:"),
    ),
    mutant(
        "the two keys may be one",
        "tests/etl/test_keys.py",
        ("etl/keys.py", "if keys.pseudonym == keys.pool:", "if False:"),
    ),
    mutant(
        "only the account named is erased, not the person's others",
        NIGHTS,
        (
            "etl/commands/privacy.py",
            "all_accounts_of(named, None if read is None else read.registry)",
            "named",
        ),
    ),
    mutant(
        "who was erased is let in again",
        NIGHTS,
        ("etl/memory.py", "load_erased(registry.store, keys.pool),", "pa.array([], DIGEST),"),
    ),
    mutant(
        "who is erased waits on in the pool",
        ERASE,
        ("etl/erase.py", "lambda table: without(table, request.accounts)", "lambda table: table"),
    ),
    mutant(
        "the pool's generation with the erased stays on the disk",
        ERASE,
        (
            "etl/erase.py",
            "    sweep_pool(registry, generation_of(registry))\n    close_request(store)",
            "    close_request(store)",
        ),
    ),
    mutant(
        "the audit log does not say which generation of the pool holds",
        ERASE,
        ("etl/erase.py", "        generation=generation,\n", ""),
    ),
    mutant(
        "a killed erasure is forgotten",
        ERASE,
        (
            "etl/erase.py",
            "    entry = carried_out(store, EVENT, request.id)\n    if entry is None:",
            "    close_request(store)\n    entry = carried_out(store, EVENT, request.id)\n    if entry is None:",
        ),
    ),
    mutant(
        "who contributed is forgotten before the versions are withdrawn",
        ERASE,
        (
            "etl/erase.py",
            "        for version in request.withdrawn:\n"
            "            registry.withdraw(version, request.reason, request.by)\n"
            "        entry = _delete(registry, request, key)\n",
            "        entry = _delete(registry, request, key)\n"
            "        for version in request.withdrawn:\n"
            "            registry.withdraw(version, request.reason, request.by)\n",
        ),
    ),
    mutant(
        "an older list of the erased is believed",
        ERASE,
        ("etl/erased.py", "if not is_the_named_one(store, read_chain(store)):", "if False:"),
    ),
    mutant(
        "data that failed the gates outlives an erasure",
        ERASE,
        ("etl/erase.py", "    for name in data:\n        store.remove(name)\n", ""),
    ),
    mutant(
        "nothing expires",
        RETENTION,
        ("etl/retention.py", "    for one in gone:\n        store.remove(one.name)\n", ""),
    ),
    mutant(
        "what nobody can date expires",
        RETENTION,
        ("etl/retention.py", "one.since is not None and now", "one.since is None or now"),
    ),
    mutant(
        "membership expires by the night, not by the publication",
        RETENTION,
        (
            "etl/retention.py",
            'published.get(name.split("/")[-2])',
            'datetime.strptime(name.split("/")[-2], "%Y-%m-%d").replace(tzinfo=UTC) - timedelta(days=300)',
        ),
    ),
    mutant(
        "runs go on under half a change of keys",
        ROTATE,
        ("etl/sealed_objects.py", "if store.exists(ROTATING):", "if False:"),
    ),
    mutant(
        "the list of the erased stays under the old pool key",
        ROTATE,
        (
            "etl/rotate_pool_key.py",
            "objects = [*state_objects(store), *([ERASED] if store.exists(ERASED) else [])]",
            "objects = state_objects(store)",
        ),
    ),
    mutant(
        "a new pseudonym key lets the erased in again",
        ROTATE,
        ("etl/renaming.py", "    if len(unnamed) and not lose:", "    if False:"),
    ),
    mutant(
        "a unit that nobody names keeps its old pseudonym beside the new ones",
        ROTATE,
        (
            "transforms/erasure.py",
            "kept = pc.or_(found.is_valid(), values.is_null())",
            "found = pc.coalesce(found, values)\n    kept = pc.or_(found.is_valid(), values.is_null())",
        ),
    ),
    mutant(
        "ledgers that nobody can read stay, and say that nothing came before",
        ROTATE,
        (
            "etl/renaming.py",
            "            store.remove(name)\n        else:",
            "            pass\n        else:",
        ),
    ),
    mutant(
        "a registry of another spelling is written to",
        MIGRATE,
        ("etl/registry.py", "        if found < SPELLING:", "        if False:"),
    ),
    mutant(
        "the list of the erased is not moved to the new spelling",
        MIGRATE,
        ("etl/renaming.py", "    if store.exists(ERASED):\n", "    if False:\n"),
    ),
    mutant(
        "who was erased under a former spelling or key is admitted",
        f"{SPELLED}::test_after_an_erasure_the_key_is_changed_and_who_left_the_file_stays_out",
        (
            "transforms/erased_before.py",
            "    for one in before:\n",
            "    for one in ():\n",
        ),
    ),
    mutant(
        "who may be either of two waits on as one of them",
        MIGRATE,
        ("etl/renaming.py", "if number > 1]", "if number > 2]"),
    ),
    mutant(
        "a misspelt request is a success",
        f"{SPELLED}::test_a_request_with_a_misspelt_name_is_refused_and_erases_nobody",
        ("etl/commands/privacy.py", "        if unknown and not unknown_too:", "        if False:"),
    ),
)
