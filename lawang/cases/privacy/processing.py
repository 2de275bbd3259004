"""The register of processing, made from the definitions of the services (UU 27/2022, article 31).

What no definition describes, because the installation does it whatever the services are, stands in `OWN`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lawang.cases.definition import Definition, definition_of
from lawang.cases.models import Service, Unit
from lawang.cases.rules import TAKER_VERBS
from lawang.lib import fields as lib
from lawang.lib.text import say
from lawang.people.models import Role
from lawang.people.permissions import SCOPES

Words = str | Promise

BASES: dict[str, Words] = {  # UU 27/2022, article 20 (2)
    "consent": gettext_lazy("persetujuan"),
    "contract": gettext_lazy("perjanjian"),
    "legal_duty": gettext_lazy("kewajiban hukum"),
    "vital_interest": gettext_lazy("kepentingan vital"),
    "public_service": gettext_lazy("kepentingan umum dan pelayanan publik"),
    "legitimate_interest": gettext_lazy("kepentingan yang sah"),
}
CLASSES: dict[str, Words] = {
    lib.Class.SENSITIVE: gettext_lazy("Data peka"),
    lib.Class.PERSONAL: gettext_lazy("Data pribadi"),
    lib.Class.INTERNAL: gettext_lazy("Hanya untuk pegawai"),
    lib.Class.PUBLIC: gettext_lazy("Terbuka"),
}
REACHES: dict[str, Words] = {
    "public": gettext_lazy("tanpa data pribadi"),
    "internal": gettext_lazy("tanpa data pribadi"),
    "personal": gettext_lazy("data pribadi"),
    "sensitive": gettext_lazy("data pribadi dan data peka"),
}


@dataclass(frozen=True)
class Activity:
    """One line of the register."""

    code: str  # of the service; "" for what the installation does by itself
    title: str
    purpose: str
    basis: str
    subjects: str  # whose data
    data: dict[str, list[str]]  # privacy class -> what is asked, closed classes first
    recipients: list[str]
    kept: str  # how long
    source: str  # the rule that says so
    office: str  # who answers for it
    version: int | None = None

    @property
    def lines(self) -> list[tuple[str, list[str]]]:
        """Return each class that has any data, by its title."""
        return [(str(title), self.data[name]) for name, title in CLASSES.items() if name in self.data]


@dataclass(frozen=True)
class Seer:
    """One role that sees cases."""

    role: str
    scope: str
    sees: str  # up to which class


def register() -> list[Activity]:
    """Return every processing of this installation: the published services by their title, then its own."""
    services = Service.objects.filter(current__isnull=False).select_related("current").order_by("code")
    offices = {unit.code: unit for unit in Unit.objects.select_related("agency")}
    found = []
    for service in services:
        assert service.current is not None
        found.append(_of_service(definition_of(service.current), service.current.number, offices))
    return [*sorted(found, key=lambda one: one.title), *_own()]


def _of_service(definition: Definition, version: int, offices: dict[str, Unit]) -> Activity:
    processing = definition.data["processing"]
    unit = offices.get(definition.unit)
    office = (
        say(unit.agency.name) if unit and unit.agency else say(unit.title) if unit else _("kantor setempat")
    )
    years = definition.retention_years
    return Activity(
        definition.code,
        say(definition.title),
        say(processing["purpose"]),
        str(BASES[processing["basis"]]),
        _("pemohon dan orang yang disebut dalam permohonan"),
        data_of(definition),
        [say(one) for one in processing.get("recipients", ())],
        ngettext(
            "%(years)s tahun sesudah permohonan ditutup", "%(years)s tahun sesudah permohonan ditutup", years
        )
        % {"years": years},
        definition.data["retention"]["source"],
        office,
        version,
    )


def data_of(definition: Definition) -> dict[str, list[str]]:
    """Return what a service asks and what officers add, by privacy class, each title once."""
    found: dict[str, list[str]] = {name: [] for name in CLASSES}
    for privacy, title in _asked(definition):
        if title not in found[privacy]:
            found[privacy].append(title)
    return {name: titles for name, titles in found.items() if titles}


def _asked(definition: Definition) -> Iterator[tuple[str, str]]:
    for section in definition.sections:
        yield from _titles(section.fields)
    for one in definition.requirements:
        if one.is_uploaded:
            yield one.privacy, _("berkas: %(title)s") % {"title": say(one.title)}
    for step in definition.steps.values():
        yield from _titles(step.fields)


def _titles(fields: tuple[lib.Field, ...]) -> Iterator[tuple[str, str]]:
    for leaf in lib.leaves(fields, lambda _path, _group: 1):
        around = [say(group.title) for group in leaf.around[:1]]
        yield leaf.field.privacy, ": ".join([*around, say(leaf.field.title)])


def _own() -> list[Activity]:
    """Return what the installation keeps beside cases."""
    us = _("Pemerintah kabupaten")
    duty, service = str(BASES["legal_duty"]), str(BASES["public_service"])
    return [
        Activity(
            "",
            _("Akun pegawai dan warga"),
            _("Masuk ke sistem, mengetahui siapa yang bertugas apa, menghubungi pemilik akun."),
            service,
            _("pegawai, warga yang membuat akun"),
            {
                lib.Class.PERSONAL: [
                    _("nama"),
                    _("nama pengguna"),
                    _("surel"),
                    _("nomor telepon"),
                    _("tugas dan masa tugas"),
                    _("NIK pegawai yang menandatangani surat"),
                ]
            },
            [],
            _("selama akunnya ada; nama tetap ada pada riwayat tindakannya"),
            _("belum ada jadwal retensi yang diperiksa"),
            us,
        ),
        Activity(
            "",
            _("Riwayat tindakan dan catatan akses"),
            _("Mempertanggungjawabkan keputusan dan memberi tahu orang siapa yang membaca datanya."),
            duty,
            _("pegawai"),
            {
                lib.Class.PERSONAL: [
                    _("siapa berbuat apa, kapan"),
                    _("siapa membaca data siapa, kapan, mengapa"),
                ]
            },
            [],
            _("selama instalasi ini dipakai; isian pribadi di dalamnya terhapus bersama permohonannya"),
            _("UU 27/2022 pasal 31 dan 35"),
            us,
        ),
        Activity(
            "",
            _("Pesan keluar"),
            _("Mengabari pemohon, pegawai, dan pengikut program."),
            service,
            _("pemohon, pegawai, pengikut program"),
            {lib.Class.PERSONAL: [_("alamat surel"), _("isi pesan, tanpa isian permohonan")]},
            [_("penyedia layanan surel yang dipakai kabupaten")],
            _("sampai permohonannya dihapus"),
            _("mengikuti masa simpan permohonannya"),
            us,
        ),
        Activity(
            "",
            _("Pengikut program lewat surel"),
            _("Mengabari orang yang minta dikabari bila sebuah program berubah."),
            str(BASES["consent"]),
            _("siapa pun yang mendaftar"),
            {lib.Class.PERSONAL: [_("alamat surel")]},
            [],
            _("sampai orangnya berhenti mengikuti"),
            _("ditarik sewaktu-waktu lewat tautan di setiap surel"),
            us,
        ),
        Activity(
            "",
            _("Survei kepuasan dan survei dampak"),
            _("Mengetahui apakah layanan dan program dirasakan baik oleh pemakainya."),
            duty,
            _("siapa pun yang menjawab"),
            {
                lib.Class.PERSONAL: [
                    _("saran yang ditulis bebas, tersandi"),
                    _("sidik nomor HP atau NIK pada survei dampak, supaya tidak ada yang menjawab dua kali"),
                ],
                lib.Class.INTERNAL: [
                    _("jawaban dan harinya; jenis kelamin, kelompok umur, pendidikan, pekerjaan bila disebut")
                ],
            },
            [_("umum, hanya sebagai angka tentang sedikitnya lima orang")],
            _("belum ada jadwal retensi yang diperiksa"),
            _("UU 25/2009; PermenPANRB 14/2017"),
            us,
        ),
    ]


def seers() -> list[Seer]:
    """Return which roles see cases, how far, and up to which class of data."""
    wanted = ("cases.see", *TAKER_VERBS.values())
    found = []
    for role in Role.objects.order_by("pk"):
        scopes = [scope for verb in wanted if (scope := _scope(role, verb))]
        if scopes:
            widest = min(scopes, key=list(SCOPES).index)
            found.append(Seer(say(role.title), str(SCOPES[widest]), str(REACHES[role.highest_privacy])))
    return found


def _scope(role: Role, verb: str) -> str | None:
    scope = role.verbs.get(verb) or role.verbs.get("cases.*") or role.verbs.get("*")
    return scope if scope in SCOPES else None
