"""`lawang batch ...`: address, card, admit, follow, seal, receive, collect, list, columns."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lawang.exchange import actions, cards, carrying, columns
from lawang.exchange.models import Peer, ReceivedBatch, SentBatch
from lawang.lib.refused import Refused
from lawang.lib.text import say
from lawang.people.node import now
from lawang.record import files


class Command(BaseCommand):
    help = "Kartu, penerimaan simpul, dan kiriman dari baris perintah."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="what", required=True)
        one = verbs.add_parser("card", help="Tulis kartu simpul ini dan sebutkan sidiknya.")
        one.add_argument("path", type=Path)
        one = verbs.add_parser("address", help="Tulis alamat instalasi ini, tempat simpul lain mengambil.")
        one.add_argument("url", help="https://...; kosong: kiriman dibawa sebagai berkas.")
        one = verbs.add_parser("admit", help="Terima simpul dari kartunya.")
        one.add_argument("path", type=Path)
        one.add_argument("--fingerprint", required=True, help="Sidik seperti dibacakan pemiliknya.")
        one.add_argument("--agreement", required=True, help="Nomor dan tanggal MoU atau surat.")
        one = verbs.add_parser("follow", help="Ikuti kartu baru dari simpul yang sudah diterima.")
        one.add_argument("path", type=Path)
        one = verbs.add_parser("seal", help="Segel yang baru untuk semua simpul, atau satu.")
        one.add_argument("--to", help="UUID atau kode wilayah; kosong: semua.")
        one.add_argument("--folder", type=Path, help="Tulis juga berkasnya ke folder ini.")
        one = verbs.add_parser("receive", help="Terima berkas kiriman.")
        one.add_argument("path", type=Path, nargs="+")
        one = verbs.add_parser("collect", help="Ambil dari alamat semua simpul, atau satu.")
        one.add_argument("--from", dest="source", help="UUID atau kode wilayah; kosong: semua.")
        verbs.add_parser("list", help="Simpul dan kirimannya.")
        verbs.add_parser("columns", help="Tulis berkas Parquet yang belum ada.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what']}")(options)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _card(self, options: dict[str, Any]) -> None:
        content = actions.own_card(at=now())
        options["path"].write_bytes(content)
        self.stdout.write(f"{options['path']}: sidik {cards.read(content).fingerprint}")

    def _address(self, options: dict[str, Any]) -> None:
        here = actions.set_address(options["url"], by=None, at=now())
        self.stdout.write(f"Alamat: {here.base_url or '-'}")

    def _admit(self, options: dict[str, Any]) -> None:
        peer = actions.admit(
            options["path"].read_bytes(),
            fingerprint=options["fingerprint"],
            agreement=options["agreement"],
            by=None,
            at=now(),
        )
        self.stdout.write(f"{say(peer.name)} ({peer.key}) diterima.")

    def _follow(self, options: dict[str, Any]) -> None:
        peer = actions.follow_card(options["path"].read_bytes(), by=None, at=now())
        self.stdout.write(f"Kartu {say(peer.name)} diikuti.")

    def _seal(self, options: dict[str, Any]) -> None:
        for peer in _peers(options["to"]):
            batch = actions.seal(peer, by=None, at=now())
            if batch is None:
                self.stdout.write(f"{say(peer.name)}: tidak ada yang baru.")
                continue
            names = ", ".join(part.name for part in batch.parts.all())
            self.stdout.write(f"{say(peer.name)}: nomor {batch.sequence}, {batch.file.size} bita: {names}")
            if options["folder"]:
                path = options["folder"] / batch.file.name
                path.write_bytes(files.path_of(batch.file.sha256).read_bytes())
                self.stdout.write(str(path))

    def _receive(self, options: dict[str, Any]) -> None:
        refused = False
        for path in options["path"]:
            batch = actions.receive(path.read_bytes(), by=None, at=now())
            refused |= batch.state == ReceivedBatch.State.REFUSED
            label = ReceivedBatch.State(batch.state).label
            self.stdout.write(f"{path}: nomor {batch.sequence or '?'} {label}. {batch.reason}".rstrip())
        if refused:
            raise CommandError("Ada kiriman yang ditolak.")

    def _collect(self, options: dict[str, Any]) -> None:
        silent = False
        for peer in _peers(options["source"]):
            try:
                found = carrying.collect(peer, at=now())
            except Refused as refused:  # the others are asked all the same
                silent = True
                self.stdout.write(f"{say(peer.name)}: {refused.sentence}")
                continue
            self.stdout.write(
                f"{say(peer.name)}: {found.taken} diterima, {found.waiting} menunggu, {found.refused} ditolak"
            )
        if silent:
            raise CommandError("Ada simpul yang tidak menjawab.")

    def _list(self, options: dict[str, Any]) -> None:
        for peer in Peer.objects.all():
            taken = ReceivedBatch.objects.filter(peer=peer, state=ReceivedBatch.State.TAKEN).count()
            sent = SentBatch.objects.filter(peer=peer).count()
            missing = ", ".join(str(number) for number in actions.missing_numbers(peer)) or "-"
            state = "dicabut" if peer.revoked_at else "diterima"
            self.stdout.write(
                f"{peer.key} {peer.area_code or '-'} {say(peer.name)}: {state}; "
                f"datang {taken}, dikirim {sent}, hilang {missing}"
            )
            last = ReceivedBatch.objects.filter(peer=peer).order_by("-pk").first()
            if last is not None and last.state == ReceivedBatch.State.REFUSED:
                self.stdout.write(f"  nomor {last.sequence or '?'} ditolak: {last.reason}")

    def _columns(self, options: dict[str, Any]) -> None:
        if not columns.is_possible():
            raise CommandError("Pasang dahulu requirements-movement.txt.")
        self.stdout.write(f"{columns.write_missing()} berkas ditulis.")


def _peers(wanted: str | None) -> list[Peer]:
    """Return the trusted peers, or the one that is named. Raise CommandError for one that nobody knows."""
    found = [
        peer for peer in Peer.objects.trusted() if wanted is None or wanted in (str(peer.key), peer.area_code)
    ]
    if wanted is not None and not found:
        raise CommandError(f"Simpul {wanted} tidak dikenal.")
    return found
