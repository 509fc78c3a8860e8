"""The verifier's queue of doubtful duplicates."""

from __future__ import annotations

import pytest

from rentan.core.audit import Jejak
from rentan.ext import db
from rentan.pekerja.actions import flag_duplicates
from tests import factories


@pytest.mark.parametrize(
    ("who", "status"),
    [("rini", 200), ("sari", 403), ("budi", 403), ("joko", 403), ("dewi", 403), ("agus", 403), ("bayu", 403)],
)
def test_only_the_verifier_reads_the_queue(cast, client_as, who, status):
    assert client_as(getattr(cast, who)).get("/verifikasi/ganda").status_code == status


def test_the_queue_shows_both_sides_and_logs_the_look(cast, client_as):
    factories.make_pekerja("Sri Rahayu")
    flag_duplicates(factories.make_pekerja("Sri Rahayuu"))
    lina = factories.make_pekerja("Lina Rekaan", lahir=cast.lina.asn.tanggal_lahir)
    flag_duplicates(lina)
    db.session.commit()
    page = client_as(cast.rini).get("/verifikasi/ganda")
    assert "Sri Rahayu" in page.text and "Sri Rahayuu" in page.text and "<small>ASN</small>" in page.text
    noted = db.session.scalars(db.select(Jejak).where(Jejak.peristiwa == "nama_dilihat")).one()
    assert '"jumlah":2' in noted.rincian


def test_an_empty_queue_says_so(cast, client_as):
    assert "Tidak ada pasangan yang menunggu" in client_as(cast.rini).get("/verifikasi/ganda").text
