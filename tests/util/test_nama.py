"""Names without titles, and how alike two of them are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rentan.util.nama import kemiripan, nama_inti, nama_urut


@pytest.mark.parametrize(
    ("tulisan", "inti"),
    [
        ("dr. Muhammad Sudarsono, S.Sos., M.Si.", "MUHAMMAD SUDARSONO"),
        ("Dr. Suwarni Kristanto", "SUWARNI KRISTANTO"),
        ("Ir. Siti, S.T., M.T.", "SITI"),
        ("Hj. Dian Novi Wibowo, S.Pd.", "DIAN NOVI WIBOWO"),
        ("H. Paijo Anggraini, A.Md.Kep.", "PAIJO ANGGRAINI"),
        ("Ir. Eko Winarni, S.Kep., Ners", "EKO WINARNI"),
        ("Drs. H. Budi Santoso", "BUDI SANTOSO"),
        ("Dra.Hj.Siti Aminah", "SITI AMINAH"),
        ("K.H. Ahmad  Dahlan", "AHMAD DAHLAN"),
        ("Prof. Dr. Ir. Slamet S.Pd. M.Pd", "SLAMET"),
        ("Retno Handayani S.Kom", "RETNO HANDAYANI"),
        ("M. Yusuf", "M YUSUF"),
        ("M.Yusuf", "M YUSUF"),
        ("Siti Ma’ruf", "SITI MA'RUF"),
        ("Agus Ma", "AGUS MA"),
        ("Ir", "IR"),
        ("H.", "H"),
        ("", ""),
        (" , S.H.", "S H"),
    ],
)
def test_nama_inti(tulisan, inti):
    assert nama_inti(tulisan) == inti
    assert nama_urut(tulisan) == inti


@given(st.text(max_size=40))
def test_nama_inti_takes_any_text(tulisan):
    inti = nama_inti(tulisan)
    assert "  " not in inti
    assert "." not in inti
    assert inti == inti.strip()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Siti Aminah", "HJ. SITI AMINAH, S.Pd."),
        ("Moh. Yusuf", "Muhammad Yusuf"),
        ("Yusuf Muhammad", "M. Yusuf"),
        ("Abd. Rahman", "Abdul Rahman"),
    ],
)
def test_same_name(a, b):
    assert kemiripan(a, b) == 1.0


def test_close_and_far():
    assert kemiripan("Sri Wahyuni", "Sri Wahyuningsih") > 0.8
    assert kemiripan("Slamet Riyadi", "Slamet Riyadhi") > 0.9
    assert kemiripan("Siti Aminah", "Bambang Widodo") < 0.5
    assert kemiripan("", "Siti") == kemiripan("", "") == 0.0


NAMA = st.text(st.sampled_from("abcdeirstu .,'"), max_size=25)


@given(NAMA, NAMA)
def test_alike_is_symmetric_and_bounded(a, b):
    assert 0.0 <= kemiripan(a, b) <= 1.0
    assert kemiripan(a, b) == kemiripan(b, a)
    if nama_inti(a):
        assert kemiripan(a, a) == 1.0
