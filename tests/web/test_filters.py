"""How numbers, dates and money read on a page."""

from datetime import UTC, date, datetime

import pytest

from tests.web.aplikasi import make_app


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("16800|rupiah", "Rp16.800"),
        ("0|rupiah", "Rp0"),
        ("756873|angka", "756.873"),
        ("390498|persen(756873)", "51,59%"),
        ("0|persen(0)", "–"),
        ("hari_ini|tanggal", "1 April 2026"),
        ("saat|tanggal", "1 November 2026"),
        ("saat|bulan", "November 2026"),
        ("saat|waktu", "1 November 2026 pukul 00.00 WIB"),
        ("date_selasa|hari", "Selasa, 1 Desember 2026"),
        ("'197205052008112515'|nip", "19720505 200811 2 515"),
        ("none|rupiah", "–"),
        ("none|tanggal", "–"),
        ("''|nip", "–"),
    ],
)
def test_filters_read_as_people_write(expression, text):
    app = make_app()
    # 31 October 17:00 UTC is already 1 November in the city (TIM-1).
    saat = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
    template = app.jinja_env.from_string("{{ " + expression + " }}")
    shown = template.render(hari_ini=date(2026, 4, 1), date_selasa=date(2026, 12, 1), saat=saat)
    assert shown.replace("\xa0", " ") == text
