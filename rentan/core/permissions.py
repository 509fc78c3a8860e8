"""One table from role to permission (product.md §1, AUZ-3). A permission is named ``thing:action``."""

from __future__ import annotations

from enum import StrEnum


class Peran(StrEnum):
    """The roles of product.md §1; the value is stored, the label is shown."""

    ASN = "asn"
    OPERATOR_OPD = "operator_opd"
    PETUGAS_KECAMATAN = "petugas_kecamatan"
    VERIFIKATOR = "verifikator"
    BENDAHARA = "bendahara"
    PENYETUJU = "penyetuju"
    PETUGAS_BPJS = "petugas_bpjs"
    PIMPINAN = "pimpinan"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return _LABEL[self]


_LABEL = {
    Peran.ASN: "ASN",
    Peran.OPERATOR_OPD: "Operator OPD",
    Peran.PETUGAS_KECAMATAN: "Petugas kecamatan",
    Peran.VERIFIKATOR: "Verifikator",
    Peran.BENDAHARA: "Bendahara",
    Peran.PENYETUJU: "Penyetuju",
    Peran.PETUGAS_BPJS: "Petugas BPJS",
    Peran.PIMPINAN: "Pimpinan",
    Peran.ADMIN: "Admin",
}

#: Roles for the whole city: they sign in with a second factor (AUT-5) and idle out sooner (SES-2).
PERAN_KOTA = frozenset({Peran.VERIFIKATOR, Peran.BENDAHARA, Peran.PENYETUJU, Peran.PETUGAS_BPJS, Peran.ADMIN})
#: Roles that carry a place: the grant names an OPD or a kecamatan.
PERAN_OPD = frozenset({Peran.OPERATOR_OPD})
PERAN_KECAMATAN = frozenset({Peran.PETUGAS_KECAMATAN})


class Permission(StrEnum):
    """What a signed-in person may ask the application to do."""

    AKUN_SENDIRI = "akun:sendiri"
    AKUN_KELOLA = "akun:kelola"
    ASN_KELOLA = "asn:kelola"
    AKTIVASI_CETAK = "aktivasi:cetak"
    ASUHAN_SENDIRI = "asuhan:sendiri"
    CALON_PILIH = "calon:pilih"
    CALON_USULKAN = "calon:usulkan"
    CALON_TAWARKAN = "calon:tawarkan"
    CALON_IMPOR = "calon:impor"
    PELINDUNGAN_IMPOR = "pelindungan:impor"
    DUPLIKAT_LIHAT = "duplikat:lihat"
    PENDAFTARAN_SENDIRI = "pendaftaran:sendiri"
    SURAT_SENDIRI = "surat:sendiri"
    SURAT_BANTU = "surat:bantu"
    BERKAS_LIHAT = "berkas:lihat"
    BERKAS_ASAL = "berkas:asal"
    PARTISIPASI_LIHAT = "partisipasi:lihat"
    PARTISIPASI_NAMA = "partisipasi:nama"
    DASBOR_LIHAT = "dasbor:lihat"
    JEJAK_LIHAT = "jejak:lihat"
    PENGATURAN_UBAH = "pengaturan:ubah"
    NIK_BUKA = "nik:buka"
    VERIFIKASI = "verifikasi:periksa"
    PERBAIKAN = "perbaikan:jawab"
    PINDAI = "pindai:unggah"
    ASLI_PINDAH = "asli:pindah"
    MANDAT_KIRIM = "mandat:kirim"
    PAKET_SETUJUI = "paket:setujui"
    KEPESERTAAN_KELOLA = "kepesertaan:kelola"
    KARTU_KELOLA = "kartu:kelola"
    KARTU_SERAH = "kartu:serah"
    KARTU_LIHAT = "kartu:lihat"
    BERHENTI = "berhenti:ajukan"
    MACET_LIHAT = "macet:lihat"


P = Permission
_SETIAP_ORANG = frozenset({P.AKUN_SENDIRI})

PERMISSIONS: dict[Peran, frozenset[Permission]] = {
    Peran.ASN: _SETIAP_ORANG
    | {
        P.ASUHAN_SENDIRI,
        P.BERHENTI,
        P.BERKAS_LIHAT,
        P.CALON_PILIH,
        P.PENDAFTARAN_SENDIRI,
        P.PERBAIKAN,
        P.SURAT_SENDIRI,
    },
    Peran.OPERATOR_OPD: _SETIAP_ORANG
    | {
        P.AKTIVASI_CETAK,
        P.ASLI_PINDAH,
        P.BERHENTI,
        P.CALON_TAWARKAN,
        P.KARTU_LIHAT,
        P.MACET_LIHAT,
        P.PARTISIPASI_LIHAT,
        P.PARTISIPASI_NAMA,
        P.PERBAIKAN,
        P.PINDAI,
        P.SURAT_BANTU,
    },
    Peran.PETUGAS_KECAMATAN: _SETIAP_ORANG | {P.CALON_USULKAN, P.KARTU_LIHAT, P.KARTU_SERAH, P.MACET_LIHAT},
    Peran.VERIFIKATOR: _SETIAP_ORANG
    | {
        P.BERKAS_ASAL,
        P.BERKAS_LIHAT,
        P.DUPLIKAT_LIHAT,
        P.KARTU_LIHAT,
        P.MACET_LIHAT,
        P.NIK_BUKA,
        P.VERIFIKASI,
    },
    Peran.BENDAHARA: _SETIAP_ORANG | {P.ASLI_PINDAH, P.BERHENTI, P.MACET_LIHAT, P.MANDAT_KIRIM},
    Peran.PENYETUJU: _SETIAP_ORANG | {P.MACET_LIHAT, P.PAKET_SETUJUI},
    Peran.PETUGAS_BPJS: _SETIAP_ORANG
    | {
        P.CALON_IMPOR,
        P.KARTU_KELOLA,
        P.KARTU_LIHAT,
        P.KEPESERTAAN_KELOLA,
        P.MACET_LIHAT,
        P.NIK_BUKA,
        P.PELINDUNGAN_IMPOR,
    },
    Peran.PIMPINAN: _SETIAP_ORANG | {P.PARTISIPASI_LIHAT, P.PARTISIPASI_NAMA, P.DASBOR_LIHAT, P.MACET_LIHAT},
    Peran.ADMIN: _SETIAP_ORANG
    | {
        P.AKUN_KELOLA,
        P.ASLI_PINDAH,
        P.KARTU_LIHAT,
        P.MACET_LIHAT,
        P.ASN_KELOLA,
        P.BERKAS_ASAL,
        P.AKTIVASI_CETAK,
        P.CALON_IMPOR,
        P.CALON_TAWARKAN,
        P.PELINDUNGAN_IMPOR,
        P.PARTISIPASI_LIHAT,
        P.PARTISIPASI_NAMA,
        P.DASBOR_LIHAT,
        P.JEJAK_LIHAT,
        P.PENGATURAN_UBAH,
    },
}


def permissions_of(peran: set[Peran] | frozenset[Peran]) -> frozenset[Permission]:
    """Everything that one of these roles may do."""
    return frozenset().union(*(PERMISSIONS[one] for one in peran)) if peran else frozenset()
