"""The start page: one part per role that the person holds, each read through that person's eyes."""

from __future__ import annotations

from collections.abc import Callable

from rentan.beranda.antre import tugas_macet, tugas_periksa
from rentan.beranda.asn import bagian_asn
from rentan.beranda.kota import bagian_admin, bagian_pimpinan
from rentan.beranda.meja import bagian_bpjs, bagian_verifikator
from rentan.beranda.peringatan import tugas_peringatan
from rentan.beranda.tempat import bagian_kecamatan, bagian_operator
from rentan.beranda.tugas import Bagian
from rentan.beranda.uang import bagian_uang
from rentan.core.actor import Pelaku
from rentan.core.permissions import Peran, Permission

#: Offices first, the own sponsorship last: who works here comes to work.
BAGIAN: tuple[tuple[Peran, Callable[[Pelaku], Bagian]], ...] = (
    (Peran.PIMPINAN, bagian_pimpinan),
    (Peran.VERIFIKATOR, bagian_verifikator),
    (Peran.OPERATOR_OPD, bagian_operator),
    (Peran.PETUGAS_KECAMATAN, bagian_kecamatan),
    (Peran.PETUGAS_BPJS, bagian_bpjs),
    (Peran.BENDAHARA, bagian_uang),
    (Peran.PENYETUJU, bagian_uang),
    (Peran.ADMIN, bagian_admin),
    (Peran.ASN, bagian_asn),
)


def list_bagian(by: Pelaku) -> list[Bagian]:
    """The parts of this person's roles; treasurer and approver share one, so nobody reads it twice.

    What is stuck, and the nightly checks, are one line each for all roles of the person, in the first part.
    """
    found: dict[str, Bagian] = {}
    for peran, baca in BAGIAN:
        if by.has(peran):
            bagian = baca(by)
            found.setdefault(bagian.kunci, bagian)
    if found:
        pertama = next(iter(found.values()))
        pertama.tugas = [*tugas_peringatan(by), *pertama.tugas]
        if by.can(Permission.MACET_LIHAT):
            pertama.tugas.append(tugas_macet(by))
        if by.can(Permission.PERIKSA_LIHAT):
            pertama.tugas.append(tugas_periksa())
    return list(found.values())
