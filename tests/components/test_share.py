"""Which addresses get a QR code."""

import pytest
import segno

from components import share

HOST = "lab.example.edu:8050"


@pytest.mark.parametrize(
    "address",
    [
        f"http://{HOST}/",
        f"https://{HOST}/warmup?run=abcdefgh&with=1%2C2#how-long",
        "http://LAB.example.edu:8050/warmup/",
    ],
)
def test_addresses_of_the_lab_get_a_code(address: str) -> None:
    share.check(address, HOST, ["/", "/warmup"])


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "without spaces"),
        ("/warmup", "only for the pages"),
        ("http://evil.example/warmup", "only for the pages"),
        (f"http://{HOST}.evil.example/warmup", "only for the pages"),
        (f"http://{HOST}@evil.example/warmup", "only for the pages"),
        (f"http://user@{HOST}/warmup", "only for the pages"),
        (f"javascript://{HOST}/warmup", "only for the pages"),
        (f"http://{HOST}/nowhere", "only for the pages"),
        (f"http://{HOST}/warmup?a=b c", "without spaces"),
        ("http://[/warmup", "not an address"),
        (f"http://{HOST}/warmup?{'x' * 800}", "has 835 characters.*at most 800"),
    ],
)
def test_other_addresses_are_refused_with_a_sentence(address: str, why: str) -> None:
    with pytest.raises(share.ShareError, match=why) as refused:
        share.check(address, HOST, ["/", "/warmup"])
    assert str(refused.value).endswith(".")


def test_the_longest_address_still_fits() -> None:
    longest = f"http://{HOST}/warmup?".ljust(share.LONGEST, "a")
    share.check(longest, HOST, ["/warmup"])
    assert len(share.qr(longest).matrix) <= 109
    assert share.qr(longest).error in ("M", "Q", "H")
    assert isinstance(share.qr(longest), segno.QRCode)
