import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.record_ids import record_ids

KEY = bytes(range(32))


def one_by_one(text: str | None) -> bytes | None:
    if text is None:
        return None
    state = CMAC(AES(KEY))
    state.update(text.encode())
    return state.finalize()


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=60))), st.integers(0, 3))
def test_every_digest_is_the_cmac_of_its_id(texts, offset):
    values = pa.array(texts, pa.string())[offset:]
    assert record_ids(values, key=KEY).to_pylist() == [one_by_one(text) for text in texts[offset:]]


def test_lengths_around_a_block():
    texts = ["x" * length for length in (0, 1, 15, 16, 17, 31, 32, 33, 1000)]
    assert record_ids(pa.array(texts), key=KEY).to_pylist() == [one_by_one(text) for text in texts]
