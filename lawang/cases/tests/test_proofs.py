"""Every kind of mistake in a service is found where it stands: a small broken copy of the teaching service for each."""

from pathlib import Path

import pytest
from django.conf import settings

from lawang.packs.reader import read_pack

pytestmark = pytest.mark.django_db

AULA = (settings.ROOT / "packs/contoh/services/peminjaman-aula.yaml").read_text(encoding="utf-8")
UNITS = "- {code: balai, title: {id: Balai}}\n- {code: pimpinan, title: {id: Pimpinan}}\n"
MANIFEST = 'name: coba\nversion: "1"\ntitle: {id: Coba}\nlicence: CC0-1.0\n'

PHONE = "{name: phone, type: text, format: phone, title: {id: Nomor telepon}, example: 0812 3456 7890}"
DAY = "{name: day, type: date, privacy: internal, title: {id: Tanggal acara}}"
PEOPLE = "{name: people, type: number, privacy: internal,"
KIND = (
    "{name: kind, type: choice, privacy: internal, title: {id: Jenis}, choices: "
    "[{code: free, title: {id: Bebas}}, {code: paid, title: {id: Berbayar}}]}"
)
PREPARE = "kind: issue, from: [received], to: signing"
REFUSE = "kind: decide, from: [received], to: refused"
EXAMPLE = "answers: {name: Siti Contoh, phone: 0812 3456 7890, purpose: Rapat koperasi, day: 2026-03-12, people: 80}"
ANSWER = (
    "  - {code: answer, title: {id: Kirim jawaban}, kind: answer, from: [incomplete], to: received, "
    "by: applicant}\n"
)
LAPSE = (
    "  - {code: lapse, title: {id: Gugur karena tidak dijawab}, kind: lapse, from: [incomplete], to: closed, "
    "by: clock}\n"
)
NEW_STEP = "  - {code: more, title: {id: Lagi}, %s}\n"


def with_field(words: str) -> tuple[str, str]:
    """Add a field after the day."""
    return DAY, f"{DAY}\n      - {words}"


def with_step(words: str) -> tuple[str, str]:
    return ANSWER, ANSWER + NEW_STEP % words


# what: ((old, new), what is said)
FIELDS = {
    "name of other letters": ((DAY, DAY.replace("name: day", "name: Day")), "harus huruf kecil, angka dan"),
    "name twice": (with_field(DAY), "Nama “day” dipakai dua kali"),
    "name of the papers": (
        with_field("{name: papers, type: text, title: {id: X}}"),
        "Nama “papers” sudah dipakai untuk persyaratan",
    ),
    "name of a word of letters": (
        with_field("{name: place, type: text, title: {id: X}}"),
        "Nama “place” sudah punya arti dalam surat",
    ),
    "name of a part of a date": (
        with_field("{name: day_month, type: text, title: {id: X}}"),
        "bertabrakan dengan bagian tanggal “day”",
    ),
    "choices of a text": (
        (PHONE, PHONE[:-1] + ", choices: [{code: a, title: {id: A}}, {code: b, title: {id: B}}]}"),
        "“choices” hanya untuk isian jenis choice; isian ini jenis text",
    ),
    "format of a date": ((DAY, DAY[:-1] + ", format: email}"), "“format” hanya untuk isian jenis text"),
    "fields of a text": (
        (PHONE, PHONE[:-1] + ", fields: [{name: a, type: text, title: {id: A}}]}"),
        "“fields” hanya untuk isian jenis group",
    ),
    "least of a date": ((DAY, DAY[:-1] + ", least: 3}"), "“least” hanya untuk isian jenis text, long_text"),
    "choice without choices": (
        with_field("{name: kind, type: choice, title: {id: X}}"),
        "Isian pilihan membutuhkan “choices”",
    ),
    "group without fields": (
        with_field("{name: kind, type: group, title: {id: X}}"),
        "Kelompok membutuhkan “fields”",
    ),
    "open NIK": (
        with_field("{name: nik, type: identity, privacy: internal, title: {id: NIK}}"),
        "NIK adalah data pribadi",
    ),
    "least above most": (("least: 1, most: 200", "least: 300, most: 200"), "Batas terbesar 200 lebih kecil"),
    "length of a phone": ((PHONE, PHONE[:-1] + ", most: 12}"), "sudah punya panjangnya sendiri"),
    "times crossed": (
        with_field(
            "{name: guests, type: group, title: {id: X}, times: {least: 4, most: 2}, "
            "fields: [{name: a, type: text, title: {id: A}}]}"
        ),
        "Paling banyak 2 kali tidak mungkin, sebab paling sedikit 4 kali",
    ),
    "choice of odd letters": (with_field(KIND.replace("code: free", "code: Free of charge")), "Kode pilihan"),
    "choice twice": (with_field(KIND.replace("code: paid", "code: free")), "Pilihan “free” ditulis dua kali"),
    "condition on nothing": (
        (DAY, f"{KIND}\n      - {DAY[:-1]}, show_when: {{field: knd, is: [free]}}}}"),
        "Isian “knd” tidak ada; syarat dapat bertumpu pada: kind. Maksud Anda “kind”?",
    ),
    "condition on a text": (
        (DAY, DAY[:-1] + ", show_when: {field: purpose, is: [free]}}"),
        "“purpose” bukan isian pilihan",
    ),
    "condition on an unknown answer": (
        (DAY, f"{KIND}\n      - {DAY[:-1]}, show_when: {{field: kind, is: [fre]}}}}"),
        "“fre” bukan jawaban yang bisa dipilih; yang ada: free, paid. Maksud Anda “free”?",
    ),
    "condition on itself": (
        with_field(KIND[:-1] + ", show_when: {field: kind, is: [free]}}"),
        "tidak dapat bertumpu pada dirinya sendiri",
    ),
    "conditions in a circle": (
        with_field(
            KIND[:-1]
            + ", show_when: {field: other, is: [free]}}\n      - "
            + KIND.replace("name: kind", "name: other")[:-1]
            + ", show_when: {field: kind, is: [free]}}"
        ),
        "Syarat ini berputar: kind → other → kind",
    ),
    "condition on one of many": (
        with_field(
            f"{{name: guests, type: group, title: {{id: X}}, times: {{least: 0, most: 2}}, fields: [{KIND}]}}\n"
            "      - {name: note, type: text, title: {id: X}, show_when: {field: guests.kind, is: [free]}}"
        ),
        "ada di dalam kelompok berulang “guests”",
    ),
    "condition on papers that nobody replaces": (
        (DAY, DAY[:-1] + ", show_when: {field: papers.ktp, is: [have]}}"),
        "Isian “papers.ktp” tidak ada",
    ),
}
WHO = {
    "applicant from nowhere": (("phone: phone}", "phone: phon}"), "Isian “phon” tidak ada; yang ada: name"),
    "applicant's phone is no phone": (
        ("{name: name, phone: phone}", "{name: name, phone: purpose}"),
        "“phone” membutuhkan isian jenis text (phone); “purpose” jenis text",
    ),
    "applicant without a name": (("{name: name, phone: phone}", "{phone: phone}"), "“name”"),
    "applicant whose name may be empty": (
        ("{id: Nama lengkap}", "{id: Nama lengkap}, required: false"),
        "Nama pemohon harus selalu diisi",
    ),
    "applicant who cannot come back": (
        ("{name: name, phone: phone}", "{name: name}"),
        "nomor telepon atau tanggal lahir",
    ),
    "price said twice": (
        ("fee_note: {id: Kebersihan", "fee_note: {id: Gratis. Kebersihan"),
        "Halaman sudah menulis “Gratis” di depan kalimat ini.",
    ),
    "subject in a repetition": (
        (
            "applicant: {name: name, phone: phone}",
            "applicant: {name: name, phone: phone}\nsubject: {name: guests.a}",
        ),
        "Isian “guests.a” tidak ada",
    ),
    "village without a place": (("    unit: balai", "    unit: village"), "Tulis di “area” isian tempat"),
    "place that is none": (
        ("start: received", "area: day\nstart: received"),
        "belum punya isian jenis place",
    ),
    "unknown unit": (
        ("    unit: balai", "    unit: balaii"),
        "“balaii” merujuk ke satuan kerja yang tidak ada; yang ada: balai, pimpinan. Maksud Anda “balai”?",
    ),
    "substitute twice": (
        (
            "sections:",
            "requirements:\n  - {code: ktp, title: {id: KTP}, source: X, substitutes: "
            "[{code: have, title: {id: X}, source: X}]}\nsections:",
        ),
        "Kode “have” sudah dipakai di persyaratan ini",
    ),
}
FUNCTIONS = {
    "unknown check": (
        ("start: received", "checks: [{name: nik_match}]\nstart: received"),
        "“nik_match” tidak ada di lawang/cases/services/; yang ada: ",
    ),
    "check without its field": (
        ("start: received", "checks: [{name: child_name_fits}]\nstart: received"),
        "“child_name_fits” membutuhkan isian “child_name”",
    ),
    "check without its parameter": (
        ("start: received", "checks: [{name: child_name_fits}]\nstart: received"),
        "membutuhkan parameter “name_least_words”",
    ),
    "check without a word beside it": (
        ("start: received", "checks: [{name: filed_before}]\nstart: received"),
        "“filed_before” membutuhkan “who” di “parameters”-nya: applicant, subject.",
    ),
    "check with an unknown word beside it": (
        (
            "start: received",
            "checks: [{name: filed_before, parameters: {who: applicant, fund: failed}}]\nstart: received",
        ),
        "“filed_before” tidak mengenal “fund”; yang ada: who, found. Maksud Anda “found”?",
    ),
    "check with a word that it does not know": (
        (
            "start: received",
            "checks: [{name: filed_before, parameters: {who: applicnt}}]\nstart: received",
        ),
        "“who” di sini applicant, subject, bukan “applicnt”. Maksud Anda “applicant”?",
    ),
    "check that takes nothing beside it": (
        (
            "start: received",
            "checks: [{name: acts_for_self, parameters: {who: applicant}}]\nstart: received",
        ),
        "“acts_for_self” tidak mengenal “who”; yang ada: belum ada satu pun.",
    ),
    "effect without a word beside it": (
        ("to: incomplete, by: officer", "to: incomplete, by: officer, effects: [{name: hand_to_unit}]"),
        "“hand_to_unit” membutuhkan “field” di “parameters”-nya.",
    ),
    "unknown effect": (
        ("letter: permit,", "letter: permit, effects: [{name: nothing_such}],"),
        "“nothing_such” tidak ada di lawang/cases/services/",
    ),
    "parameter like a field": (
        (
            "start: received",
            "parameters: [{name: day, title: {id: X}, value: 1, source: X}]\nstart: received",
        ),
        "Nama “day” sudah dipakai isian atau surat",
    ),
    "extension that is no number": (
        (
            "start: received",
            "parameters: [{name: extension_days, title: {id: X}, value: tujuh, source: X}]\nstart: received",
        ),
        "Lama perpanjangan harus bilangan bulat",
    ),
    "preset of nothing": (
        (
            "start: received",
            "parameters: [{name: most_days, title: {id: X}, value: 1, source: X}]\n"
            "presets: [{code: a, title: {id: A}, source: X, values: {most_day: 2}}]\nstart: received",
        ),
        "Parameter “most_day” tidak ada; yang ada: most_days. Maksud Anda “most_days”?",
    ),
}
STEPS = {
    "start in a wrong phase": (("start: received", "start: lent"), "bertahap open, bukan decided"),
    "two main steps": (
        ("outcomes: [refused],\n", "outcomes: [refused], is_main: true,\n"),
        "Dari “received” sudah ada langkah utama, “prepare”",
    ),
    "nobody can answer": ((ANSWER, ""), "tidak ada langkah berjenis answer dari sini"),
    "waits for ever": ((LAPSE, ""), "pemohon ditunggu tanpa akhir"),
    "waiting has a deadline": (
        ("    phase: waiting\n", "    phase: waiting\n    due: {kind: hours, count: 3}\n"),
        "tertulis di “answer_within”",
    ),
    "closed has a deadline": (
        ("    phase: closed\n", "    phase: closed\n    due: {kind: hours, count: 3}\n"),
        "Yang sudah selesai tidak punya tenggat",
    ),
    "applicant decides": (
        (f"{REFUSE}, by: head", f"{REFUSE}, by: applicant"),
        "Pemohon hanya mengambil langkah berjenis answer, withdraw, reopen",
    ),
    "officer withdraws": (
        (
            "kind: withdraw, from: [received, incomplete], to: closed, by: applicant",
            "kind: withdraw, from: [received, incomplete], to: closed, by: officer",
        ),
        "Langkah berjenis “withdraw” diambil pemohon",
    ),
    "clock asks": (
        (
            "kind: ask, from: [received], to: incomplete, by: officer",
            "kind: ask, from: [received], to: incomplete, by: clock",
        ),
        "Tanpa orang hanya langkah berjenis lapse, close, move, decide yang berjalan",
    ),
    "officer lapses": (
        (LAPSE, LAPSE.replace("by: clock", "by: officer")),
        "Langkah berjenis lapse diambil waktu",
    ),
    "clock without a deadline": (
        ("    due: {kind: calendar_days, count: 30}\n", ""),
        "Kapan “lent” ditinggalkan? Tulis “due”",
    ),
    "clock from a wrong phase": (
        ("kind: close, from: [lent, refused]", "kind: close, from: [lent, refused, received]"),
        "berangkat dari keadaan bertahap decided",
    ),
    "clock waits for a signature that nobody gives": (
        with_step("kind: move, from: [received], to: received, by: clock"),
        "clock hanya berjalan setelah suratnya ditandatangani",
    ),
    "clock chooses": (
        with_step("kind: decide, from: [received], to: lent, by: clock, outcomes: [granted, refused]"),
        "Clock tidak memilih: tulis satu hasil saja",
    ),
    "asks and does not wait": (
        ("kind: ask, from: [received], to: incomplete", "kind: ask, from: [received], to: received"),
        "Langkah berjenis ask menuju keadaan bertahap waiting, bukan open",
    ),
    "waits without asking": (
        with_step("kind: move, from: [received], to: incomplete, by: officer"),
        "Pemohon hanya ditunggu setelah diminta sesuatu",
    ),
    "reopens what runs": (
        with_step("kind: reopen, from: [received], to: received, by: applicant"),
        "Langkah berjenis reopen berangkat dari keadaan bertahap decided, closed, bukan open",
    ),
    "moves to the end": (
        (f"{REFUSE}, by: head, outcomes: [refused],", "kind: move, from: [received], to: refused, by: head,"),
        "Langkah ini mengakhiri permohonan, jadi harus berjenis decide",
    ),
    "decides nothing": (
        (f"{REFUSE}, by: head, outcomes: [refused],", f"{REFUSE}, by: head,"),
        "Langkah decide membutuhkan “outcomes”",
    ),
    "asks with an outcome": (
        ("to: incomplete, by: officer", "to: incomplete, by: officer, outcomes: [granted]"),
        "“outcomes” hanya untuk langkah berjenis decide",
    ),
    "issues nothing": (
        (
            f"{PREPARE}, by: officer,\n     letter: permit,",
            f"{PREPARE}, by: officer,",
        ),
        "Langkah issue membutuhkan “letter”",
    ),
    "decides before it is signed": (
        (
            f"{PREPARE}, by: officer,\n     letter: permit,",
            "kind: decide, from: [received], to: lent, by: head, outcomes: [granted], letter: permit,",
        ),
        "Langkah ini memutuskan sekarang, padahal “permit” baru berlaku setelah ditandatangani.",
    ),
    "hands over to nobody": (
        with_step("kind: hand_over, from: [received], to: received, by: officer"),
        "Tulis di “system” nama sistem",
    ),
    "system of a move": (
        with_step("kind: move, from: [received], to: received, by: officer, system: OSS"),
        "“system” hanya untuk langkah berjenis record_result dan hand_over",
    ),
    "extends by nothing": (
        with_step("kind: extend, from: [received], to: received, by: officer"),
        "Langkah extend membutuhkan parameter “extension_days”",
    ),
    "reopens without a window": (
        with_step("kind: reopen, from: [lent], to: received, by: applicant"),
        "Langkah reopen membutuhkan “reopen_within”",
    ),
    "clock gives a reason": (
        (LAPSE, LAPSE.replace("by: clock", "by: clock, needs_reason: true")),
        "“needs_reason” hanya untuk langkah yang diambil petugas",
    ),
    "asks in bulk": (
        ("to: incomplete, by: officer", "to: incomplete, by: officer, in_bulk: true"),
        "tidak aman untuk banyak permohonan sekaligus",
    ),
    "step is a field": (
        (
            "{code: ask, title: {id: Minta dilengkapi},",
            "{code: day, fields: [{name: x, type: text, title: {id: X}}], title: {id: Minta dilengkapi},",
        ),
        "Kode “day” sama dengan nama isian",
    ),
    "two answers": (
        with_step("kind: answer, from: [incomplete], to: received, by: applicant"),
        "Dari “incomplete” sudah ada langkah seperti ini, “answer”",
    ),
    "unreachable state": (
        (
            "start: received\nstates:\n",
            "start: received\nstates:\n  - {code: lost, title: {id: X}, citizen: {id: X}, phase: open, unit: same}\n",
        ),
        "Keadaan “lost” tidak pernah tercapai",
    ),
    "dead end": (
        (
            "kind: close, from: [lent, refused]",
            "kind: close, from: [lent]",
        ),
        "Keadaan “refused” buntu",
    ),
    "deadlines that cannot hold": (
        ("due: {kind: working_days, count: 2}", "due: {kind: working_days, count: 5}"),
        "berjumlah 6 hari kerja, lebih lama dari janji 3 hari kerja",
    ),
    "unknown state": (("to: lent", "to: lend"), "Maksud Anda “lent”?"),
    "made elsewhere and not handed over": (
        ("clock: {kind", "made_in: SIAK\nclock: {kind"),
        "Hasilnya dibuat di SIAK, tetapi tidak ada langkah record_result atau hand_over ke sana",
    ),
    "made elsewhere and written here": (
        ("clock: {kind", "made_in: SIAK\nclock: {kind"),
        "jadi di sini hanya ada receipt dan letter",
    ),
}
LETTERS = {
    "unknown name": (
        ("Nama: {{name}}", "Nama: {{nama}}"),
        "Baris 3: nama “nama” tidak dikenal. Mungkin maksud Anda “name”.",
    ),
    "series in small letters": (("series: IPA", "series: ipa"), "Seri “ipa” harus 2 sampai 10 huruf besar"),
    "series of the cases": (("series: IPA", "series: AULA"), "sudah dipakai nomor permohonan"),
    "certificate without a number": (("    series: IPA\n", ""), "Surat seperti ini bernomor"),
    "certificate without a signature": (("    signers: [head]\n", ""), "Surat seperti ini ditandatangani"),
    "signs twice": (("signers: [head]", "signers: [head, head]"), "Satu jabatan menandatangani satu kali"),
    "letter that nobody writes": (
        ("     letter: permit, is_main", "     is_main"),
        "tidak dipakai langkah mana pun",
    ),
    "letter that is nowhere": (("letter: permit", "letter: permt"), "Maksud Anda “permit”?"),
    "never closed": (("Acara: {{purpose}}", "Acara: {{purpose"), "tidak ditutup dengan }}"),
}
EXAMPLES = {
    "no moment": (
        (
            "received: 2026-03-02 09:00\n    answers: {name: Siti Contoh, phone: 0812 3456 7890, purpose: R",
            "received: 2 Maret 2026\n    answers: {name: Siti Contoh, phone: 0812 3456 7890, purpose: R",
        ),
        "Tulis tanggal dan jam seperti",
    ),
    "answer to nothing": (
        (EXAMPLE, EXAMPLE.replace("purpose:", "purpos:")),
        "“purpos” tidak ada; yang ada: name",
    ),
    "answer that is refused": (
        (EXAMPLE, EXAMPLE.replace("people: 80", "people: 800")),
        "Contoh ini akan ditolak. people: Paling banyak 200. Anda menulis 800.",
    ),
    "answer that YAML takes for true or false": (
        (EXAMPLE, EXAMPLE.replace("purpose: Rapat koperasi", "purpose: true")),
        "Contoh ini akan ditolak. purpose: Beri tanda kutip",
    ),
    "answer about a paper that is not asked about": (
        (EXAMPLE, EXAMPLE.replace("people: 80", "people: 80, papers: {letter: have}")),
        "Formulir hanya menanyakan persyaratan yang punya “substitutes”. Hapus “papers”.",
    ),
    "answer that is missing": (
        (EXAMPLE, EXAMPLE.replace(", people: 80", "")),
        "people: Isian ini belum diisi.",
    ),
    "refusal that does not come": (("people: 500", "people: 50"), "Jawaban “people” ternyata tidak ditolak"),
    "refusal with another sentence": (
        ("faults: {people: Paling banyak 200}", "faults: {people: Terlalu banyak}"),
        "Kalimatnya ternyata “Paling banyak 200. Anda menulis 500.”, tanpa “Terlalu banyak”",
    ),
    "refused and decided": (
        ("faults: {people: Paling banyak 200}", "faults: {people: Paling banyak 200}\n    state: lent"),
        "Jawaban contoh ini ditolak, jadi tidak ada “state”",
    ),
    "another day": (
        ("due: 2026-03-05", "due: 2026-03-06"),
        "Janjinya jatuh pada Kamis, 5 Maret 2026 (2026-03-05)",
    ),
    "unknown preset": (("due: 2026-03-05", "preset: kota"), "“kota” tidak ada"),
    "unknown parameter": (("due: 2026-03-05", "parameters: {x: 1}"), "“x” tidak ada"),
    "check that is not used": (("due: 2026-03-05", "checks: {niks_match: passed}"), "“niks_match” tidak ada"),
    "step that is nowhere": (
        ("{take: prepare,", "{take: prepar,"),
        "Dari “received” tidak ada langkah “prepar”; yang ada: prepare, refuse, ask, withdraw. "
        "Maksud Anda “prepare”?",
    ),
    "step out of its state": (
        ("{take: prepare, at: 2026-03-02 14:00}", "{take: answer, at: 2026-03-02 14:00}"),
        "tidak ada langkah “answer”",
    ),
    "step before the receipt": (
        ("at: 2026-03-02 14:00", "at: 2026-03-02 08:00"),
        "mendahului yang sebelumnya",
    ),
    "outcome that is not one": (
        ("outcome: refused}", "outcome: granted}"),
        "Tulis “outcome”, salah satu dari: refused",
    ),
    "no outcome": ((", outcome: refused}", "}"), "Tulis “outcome”, salah satu dari: refused"),
    "field that the step has not": (
        ("outcome: refused}", "outcome: refused, fields: {x: 1}}"),
        "“x” tidak ada",
    ),
    "lapses too early": (
        (
            "{take: prepare, at: 2026-03-02 14:00}\n      - {take: signed, at: 2026-03-02 15:00}\n    state: lent",
            "{take: ask, at: 2026-03-02 14:00}\n      - {take: lapse, at: 2026-03-09 23:00}",
        ),
        "Pemohon masih boleh menjawab sampai Senin, 9 Maret 2026",
    ),
    "closes too early": (
        (
            "15:00}\n    state: lent",
            "15:00}\n      - {take: close, at: 2026-03-20 09:00}",
        ),
        "baru berjalan setelah Rabu, 1 April 2026",
    ),
    "another state": (
        ("    state: lent", "    state: refused"),
        "Keadaan akhirnya ternyata “lent”, bukan “refused”",
    ),
    "unknown state": (("    state: lent", "    state: lend"), "Maksud Anda “lent”?"),
    "hole in running text": (
        ("Peminjam menjaga", "{{reason}} Peminjam menjaga"),
        "Surat “permit” akan berlubang di sini: “reason” tidak ada isinya",
    ),
}
ALL = {
    f"{part}: {name}": mistake
    for part, mistakes in (
        ("fields", FIELDS),
        ("who", WHO),
        ("functions", FUNCTIONS),
        ("steps", STEPS),
        ("letters", LETTERS),
        ("examples", EXAMPLES),
    )
    for name, mistake in mistakes.items()
}


def check(folder: Path, service: str) -> list[str]:
    """Return what `packs check` prints of a pack with this one service."""
    (folder / "coba" / "services").mkdir(parents=True)
    (folder / "coba" / "pack.yaml").write_text(MANIFEST, encoding="utf-8")
    (folder / "coba" / "units.yaml").write_text(UNITS, encoding="utf-8")
    (folder / "coba" / "services" / "aula.yaml").write_text(service, encoding="utf-8")
    return [str(problem) for problem in read_pack(folder / "coba").problems]


def test_the_teaching_service_is_sound(tmp_path: Path) -> None:
    assert check(tmp_path, AULA) == []


@pytest.mark.parametrize("name", ALL)
def test_a_mistake_is_found(name: str, tmp_path: Path) -> None:
    (old, new), sentence = ALL[name]
    assert old in AULA
    found = check(tmp_path, AULA.replace(old, new, 1))
    assert any(sentence in line for line in found), found


def test_yes_and_no_are_read_as_they_are_written(tmp_path: Path) -> None:
    """YAML would call them true and false."""
    choices = (
        "[{code: yes, title: {id: Anggota}}, {code: no, title: {id: Bukan}}, {code: on, title: {id: Calon}}]"
    )
    asked = KIND.replace("name: kind", "name: member")
    asked = f"{asked[: asked.index('[')]}{choices}}}"
    hangs = "{name: since, type: date, title: {id: Sejak}, show_when: {field: member, is: [yes, on]}}"
    service = AULA.replace(DAY, f"{DAY}\n      - {asked}\n      - {hangs}", 1)
    for answers, more in (("80}", "80, member: yes, since: 2020-01-01}"), ("40}", "40, member: no}")):
        service = service.replace(f"people: {answers}", f"people: {more}", 1)
    service = service.replace("people: 500}", "people: 500, member: no}", 1)
    assert check(tmp_path, service) == []


def test_somebody_must_be_able_to_decide(tmp_path: Path) -> None:
    alone = AULA.replace(
        "start: received\nstates:\n",
        "start: first\nstates:\n  - {code: first, title: {id: X}, citizen: {id: X}, phase: open, unit: same}\n",
    )
    alone = alone.replace(ANSWER, ANSWER.replace("[incomplete]", "[incomplete, first]"))
    found = check(tmp_path, alone)
    assert any("Dari “first” petugas tidak dapat sampai pada keputusan" in line for line in found), found


@pytest.mark.parametrize(
    ("old", "what"),
    [
        ("type: date", "date"),
        ("Nama: {{name}}", "letter"),
        ("2026-03-05", "due"),
        ("people: 500", "answer"),
        ("kind: ask", "step"),
    ],
)
def test_a_mistake_is_shown_where_it_stands(old: str, what: str, tmp_path: Path) -> None:
    """Line and column are those of the value itself, even deep inside an answer."""
    new = {
        "date": "type: date, least: 3",
        "letter": "Nama: {{nama}}",
        "due": "2026-03-06",
        "answer": "people: 100000000000000000",
        "step": "kind: move",
    }[what]
    broken = AULA.replace(old, new, 1)
    if what == "answer":
        broken = broken.replace("faults: {people: Paling banyak 200}", "faults: {}")
    mark = {
        "date": "3, privacy: internal, title: {id: Tanggal",
        "letter": "|\n        Aula",
        "due": "2026-03-06",
        "answer": "100000000000000000",
        "step": "incomplete, by: officer",
    }[what]
    before = broken[: broken.index(mark)]
    spot = f"services/aula.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: "
    found = check(tmp_path, broken)
    assert any(line.startswith(spot) for line in found), (spot, found)


def test_all_mistakes_of_a_service_are_told_at_once(tmp_path: Path) -> None:
    broken = AULA
    for part, name in (
        (FIELDS, "least of a date"),
        (STEPS, "asks in bulk"),
        (LETTERS, "series in small letters"),
        (WHO, "applicant from nowhere"),
    ):
        old, new = part[name][0]
        broken = broken.replace(old, new, 1)
    assert len(check(tmp_path, broken)) == 4


def test_allowed_words_come_with_the_mistake(tmp_path: Path) -> None:
    check(tmp_path, AULA.replace("phone: phone}", "phone: phon}", 1))
    (problem,) = read_pack(tmp_path / "coba").problems
    assert problem.words == ("name", "phone", "purpose", "day", "people")


@pytest.mark.parametrize(
    ("letter", "outcomes", "is_sound"),
    [
        ("letter", "[granted]", True),  # it tells of a decision that somebody has taken
        ("certificate", "[granted]", False),
        ("certificate", "[granted, refused]", False),
        ("decision", "[granted, refused]", False),
    ],
)
def test_what_was_asked_for_is_decided_when_it_is_signed(
    letter: str, outcomes: str, is_sound: bool, tmp_path: Path
) -> None:
    step = f"kind: decide, from: [received], to: lent, by: head, outcomes: {outcomes}, letter: other"
    service = AULA.replace(ANSWER, ANSWER + NEW_STEP % step, 1).replace(
        "letters:\n",
        f"letters:\n  - {{code: other, kind: {letter}, title: {{id: X}}, series: LAI, signers: [head], "
        "body: {id: Isi surat.}}\n",
        1,
    )
    found = check(tmp_path, service)
    assert any("memutuskan sekarang" in line for line in found) is not is_sound, found
    assert len(found) == (0 if is_sound else 1)


@pytest.mark.parametrize("letter", ["certificate", "decision", "letter"])
@pytest.mark.parametrize(
    ("signers", "clock", "fault"),
    [
        ("[head]", "", ""),  # what was decided counts when it is signed
        ("[head]", ", outcomes: [granted]", "menuju keadaan bertahap decided, closed, bukan open"),
        ("[]", "", "menuju keadaan bertahap decided, closed, bukan open"),
    ],
)
def test_a_decision_may_wait_for_its_signature(
    letter: str, signers: str, clock: str, fault: str, tmp_path: Path
) -> None:
    decide = (
        "kind: decide, from: [received], to: unsigned, by: head, outcomes: [granted, refused], letter: other"
    )
    count = f"  - {{code: counts, title: {{id: X}}, kind: decide, from: [unsigned], to: lent, by: clock{clock}}}\n"
    state = "  - {code: unsigned, title: {id: X}, citizen: {id: Y}, phase: open, unit: same}\n"
    service = (
        AULA.replace(ANSWER, ANSWER + NEW_STEP % decide + count, 1)
        .replace("states:\n", f"states:\n{state}", 1)
        .replace(
            "letters:\n",
            f"letters:\n  - {{code: other, kind: {letter}, title: {{id: X}}, series: LAI, signers: {signers}, "
            "body: {id: Isi surat.}}\n",
            1,
        )
    )
    found = check(tmp_path, service)
    assert any(fault in line for line in found) if fault else found == [], found


def test_the_clock_cannot_guess_what_nobody_decided(tmp_path: Path) -> None:
    service = AULA.replace("by: clock,\n     outcomes: [granted]}", "by: clock}", 1)
    assert any("ada langkah yang tidak memutuskan" in line for line in check(tmp_path, service))
