"""The addresses of the desk."""

from django.urls import URLPattern, path

from lawang.cases.desk import batches, case, many, paper, registers, replies
from lawang.cases.desk import list as listing

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", listing.cases, name="list"),
    path("daftar.csv", listing.export, name="export"),
    path("banyak/", many.many, name="many"),
    path("catat/", paper.services, name="record"),
    path("catat/<slug:code>/", paper.entry, name="entry"),
    path("bayar/", batches.overview, name="payments"),
    path("bayar/daftar/<uuid:key>/", batches.batch, name="batch"),
    path("bayar/daftar/<uuid:key>/kirim/", batches.send, name="send_batch"),
    path("bayar/daftar/<uuid:key>/dibayar/", batches.paid, name="paid_batch"),
    path("bayar/daftar/<uuid:key>/bank.csv", batches.batch_csv, name="batch_csv"),
    path("bayar/daftar/<uuid:key>/bank.xlsx", batches.batch_xlsx, name="batch_xlsx"),
    path("bayar/<slug:code>/", batches.service, name="payment"),
    path("jawaban/", replies.replies, name="replies"),
    path("jawaban/baru/", replies.add_reply, name="add_reply"),
    path("jawaban/<int:pk>/", replies.reply, name="reply"),
    path("jawaban/<int:pk>/hapus/", replies.drop_reply, name="drop_reply"),
    path("register/", registers.registers, name="registers"),
    path("register/<slug:code>/", registers.register, name="register"),
    path("register/<slug:code>.csv", registers.register_csv, name="register_csv"),
    path("<uuid:key>/", case.case, name="case"),
    path("<uuid:key>/langkah/<str:code>/", case.step, name="step"),
    path("<uuid:key>/petugas/", case.hand, name="hand"),
    path("<uuid:key>/catatan/", case.note, name="note"),
    path("<uuid:key>/buka/", case.why, name="why"),
    path("<uuid:key>/isian/", case.correct, name="correct"),
    path("<uuid:key>/surat/<str:code>/", case.letter, name="letter"),
    path("<uuid:key>/tanda/", paper.slip, name="slip"),
    path("<uuid:key>/pesan/<uuid:message>/", case.resend, name="resend"),
]
