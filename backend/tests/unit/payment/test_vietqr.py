"""VietQR: the payloads of real banks byte for byte, and what a reader must refuse."""

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.modules.payment.vietqr import (
    Target,
    VietQR,
    VietQRError,
    _crc_of,
    clean_purpose,
    read_vietqr,
)
from tests.support.examples import examples

VECTORS = {
    VietQR(
        "970403", "0011012345678"
    ): "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F",
    VietQR(
        "970403", "0011012345678", 180_000, "NPS6869", "thanh toan don hang"
    ): "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN62340107NPS68690819thanh toan don hang63042E2E",
    VietQR(
        "970416", "257678859"
    ): "00020101021138530010A0000007270123000697041601092576788590208QRIBFTTA53037045802VN6304AE9F",
    VietQR(
        "970416", "257678859", 1_000, purpose="Chuyen tien"
    ): "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA5303704540410005802VN62150811Chuyen tien6304BBB8",
    VietQR(
        "970436", "0123456789", 148_000, purpose="ZS7K3Q9M"
    ): "00020101021238540010A00000072701240006970436011001234567890208QRIBFTTA530370454061480005802VN62120808ZS7K3Q9M63040647",
}
ONE = VietQR("970436", "0123456789", 148_000, "HD12", "ZS7K3Q9M").payload()
alphanumeric = string.ascii_letters + string.digits


def with_crc(content: str) -> str:
    """Return the content with the checksum that it should have, so that the reader looks at the rest."""
    return content + "6304" + _crc_of(content + "6304")


@st.composite
def transfers(draw: st.DrawFn) -> VietQR:
    return VietQR(
        bin=draw(st.text(string.digits, min_size=6, max_size=6)),
        account=draw(st.text(alphanumeric, min_size=1, max_size=19)),
        amount=draw(st.none() | st.integers(1, 9_999_999_999_999)),
        bill=draw(st.text(alphanumeric + "-", max_size=25)),
        purpose=draw(st.text(alphanumeric + " ", max_size=25)),
        target=draw(st.sampled_from(Target)),
    )


@pytest.mark.parametrize(("qr", "payload"), VECTORS.items(), ids=lambda value: str(value)[-12:])
def test_a_payload_is_that_of_the_banks_byte_for_byte(qr: VietQR, payload: str) -> None:
    assert qr.payload() == payload
    assert read_vietqr(payload) == qr


def test_the_checksum_is_ccitt_false() -> None:
    assert _crc_of("123456789") == "29B1"


def test_a_static_code_with_an_amount_is_read_and_written_as_one_for_one_transfer() -> None:
    payload = "00020101021138540010A00000072701240006970407011003865776720208QRIBFTTA5303704540710000005802VN62160812henry an cut6304A322"
    qr = read_vietqr(payload)
    assert qr == VietQR("970407", "0386577672", 1_000_000, purpose="henry an cut")
    assert qr.payload().startswith("000201010212")


@given(transfers())
@settings(max_examples=examples(200))
def test_what_is_written_is_read(qr: VietQR) -> None:
    payload = qr.payload()
    assert payload.isascii()
    assert read_vietqr(payload) == qr


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "6304",
        "63049E6F",
        ONE[:-1],
        ONE.lower(),
        ONE + " ",
        ONE.replace("148000", "148001"),
        VietQR("970403", "0011012345678").payload().replace("9E6F", "9e6f"),
        # an inner length that is wrong, with the right checksum
        "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN6304F4E5",
    ],
)
def test_a_damaged_payload_is_refused(payload: str) -> None:
    with pytest.raises(VietQRError) as refused:
        read_vietqr(payload)
    assert all(refused.value.text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5303704", "5303840"),  # dollars
        ("5802VN", "5802US"),
        ("5802VN", ""),
        ("5303704", ""),
        ("5303704", "53037045303704"),  # a field twice
        ("5406148000", "54070148000"),  # a zero before the amount
        ("5406148000", "540714800.0"),
        ("5406148000", "5401 "),
        ("5406148000", "54010"),
        ("5406148000", "54061480005406148000"),
        ("5406148000", "540٦148000"),
        ("5802VN", "5802VN5904MEVN"),  # a name, by which another receiver could be shown
        ("000201010212", "010212000201"),  # another order
        ("010212", "010213"),
        ("0010A000000727", "0010A000000728"),  # not NAPAS
        ("QRIBFTTA", "QRIBFTTX"),
        ("QRIBFTTA", "QRPUSH  "),
        ("970436", "97043A"),
        ("0123456789", "012345678."),
        ("0108", "0208"),
    ],
)
def test_anything_that_the_spa_would_not_write_is_refused(old: str, new: str) -> None:
    content = ONE.removesuffix(ONE[-8:])
    if old not in content:
        content = VietQR("970436", "0123456789", 148_000, "HD123456", "ZS7K3Q9M").payload()[:-8]
    assert old in content
    with pytest.raises(VietQRError):
        read_vietqr(_crc_safe(content.replace(old, new, 1)))


def _crc_safe(content: str) -> str:
    return with_crc(content) if content.isascii() else f"{content}63040000"


@given(st.text(max_size=200))
@example("63041D0F")
@settings(max_examples=examples(200))
def test_any_text_is_read_or_refused(text: str) -> None:
    _read_or_refuse(text)
    if text.isascii():
        _read_or_refuse(with_crc(text))


@given(st.sampled_from([*VECTORS.values(), ONE]), st.data())
@settings(max_examples=examples(500))
def test_a_changed_payload_means_what_the_writer_means_or_is_refused(
    payload: str, data: st.DataObject
) -> None:
    content = list(payload[:-8])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.text(alphanumeric + " .", max_size=2))
        if not content:
            return
    _read_or_refuse(with_crc("".join(content)))


def _read_or_refuse(payload: str) -> None:
    """Read; what is accepted is what the writer writes, but for the mark of a static code with an amount."""
    try:
        qr = read_vietqr(payload)
    except VietQRError:
        return
    written = qr.payload()
    assert payload[:-4] in {written[:-4], written[:-4].replace("010212", "010211", 1)}


@pytest.mark.parametrize(
    "qr",
    [
        VietQR("97043", "1"),
        VietQR("970436", ""),
        VietQR("970436", "1" * 20),
        VietQR("970436", "1", 0),
        VietQR("970436", "1", -5),
        VietQR("970436", "1", 10_000_000_000_000),
        VietQR("970436", "1", purpose="đ"),
        VietQR("970436", "1", purpose="a" * 26),
        VietQR("970436", "1", bill="a b"),
        VietQR("٩٧٠٤٣٦", "1"),
    ],
)
def test_a_field_that_no_bank_reads_is_not_written(qr: VietQR) -> None:
    with pytest.raises(VietQRError):
        qr.payload()


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("ZS7K3Q9M Nguyễn Thị Đào, liệu trình", "ZS7K3Q9M Nguyen Thi Dao l"),
        ("  Thanh   toán\n", "Thanh toan"),
        ("Nguye\u0302\u0303n", "Nguyen"),
        ("ÐĐđ", "Dd"),
        ("a" * 24 + " b", "a" * 24),
        ("🙂", ""),
        ("", ""),
    ],
)
def test_a_purpose_is_what_banks_pass_on(text: str, purpose: str) -> None:
    assert clean_purpose(text) == purpose


@given(st.text(max_size=60))
@settings(max_examples=examples(100))
def test_any_text_becomes_a_purpose_that_can_be_written(text: str) -> None:
    purpose = clean_purpose(text)
    assert read_vietqr(VietQR("970436", "1", purpose=purpose).payload()).purpose == purpose
    assert clean_purpose(purpose) == purpose
