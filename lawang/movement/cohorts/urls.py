"""The addresses of cohorts; movement/urls.py takes them in."""

from django.urls import URLPattern, path

from lawang.movement.cohorts import views
from lawang.movement.cohorts.desk import jury, mentors, participation, secretariat, workshop

urlpatterns: list[URLPattern] = [
    path("gerakan/angkatan/", views.cohorts, name="cohorts"),
    path("gerakan/angkatan.csv", views.cohorts_csv, name="cohorts_csv"),
    path("gerakan/angkatan/<uuid:key>/", views.cohort, name="cohort"),
    path("gerakan/angkatan/<uuid:key>/peserta.csv", views.participants_csv, name="participants_csv"),
    path("undangan/<str:secret>/", views.readiness, name="readiness"),
    path("undangan/<str:secret>/surat/", views.letter, name="invitation_letter"),
    path("undangan/<str:secret>/bukti/", views.add_proof, name="add_proof"),
    path("undangan/<str:secret>/bukti/<uuid:key>/hapus/", views.drop_proof, name="drop_proof"),
    path("kelola/angkatan/", secretariat.home, name="manage_cohorts"),
    path("kelola/angkatan/baru/", secretariat.call, name="call_cohort"),
    path("kelola/angkatan/riwayat/", secretariat.history, name="cohort_history"),
    path("kelola/angkatan/lembaga/", secretariat.organisations, name="manage_organisations"),
    path("kelola/angkatan/lembaga/baru/", secretariat.organisation, name="add_organisation"),
    path("kelola/angkatan/lembaga/<uuid:key>/", secretariat.organisation, name="manage_organisation"),
    path("kelola/angkatan/angka/", secretariat.figures, name="figures"),
    path("kelola/angkatan/angka.csv", secretariat.figures_csv, name="figures_csv"),
    path("kelola/angkatan/angka/<uuid:key>/", secretariat.figure_import, name="figure_import"),
    path("kelola/angkatan/peserta/<uuid:key>/", secretariat.participant, name="manage_participant"),
    path(
        "kelola/angkatan/peserta/<uuid:key>/<slug:what>/", secretariat.for_participant, name="for_participant"
    ),
    path("kelola/angkatan/wawancara/<uuid:key>/batal/", secretariat.drop_slot, name="drop_slot"),
    path("kelola/angkatan/<uuid:key>/", secretariat.cohort, name="manage_cohort"),
    path("kelola/angkatan/<uuid:key>/peserta.csv", secretariat.cohort_csv, name="manage_cohort_csv"),
    path("kelola/angkatan/<uuid:key>/lanjut/", secretariat.move_on, name="move_cohort_on"),
    path("kelola/angkatan/<uuid:key>/<slug:what>/", secretariat.for_cohort, name="for_cohort"),
    path("kelola/seleksi/", jury.home, name="jury"),
    path("kelola/seleksi/wawancara/<uuid:key>/", jury.minutes, name="slot_minutes"),
    path("kelola/seleksi/<uuid:key>/", jury.participant, name="jury_participant"),
    path("kelola/seleksi/<uuid:key>/ubah/<slug:code>/", jury.revise, name="revise_point"),
    path("kelola/pendampingan/", mentors.home, name="mentoring"),
    path("kelola/pendampingan/hadir/<uuid:key>/", mentors.attendance, name="attendance"),
    path("kelola/pendampingan/hasil/<uuid:key>/", mentors.deliverable, name="deliverable"),
    path("kelola/pendampingan/komentar/<uuid:key>/", mentors.comment, name="comment"),
    path("kelola/pendampingan/komentar/<uuid:key>/selesai/", mentors.settle, name="settle_comment"),
    path("kelola/pendampingan/<uuid:key>/", mentors.participant, name="mentored"),
    path("kelola/pendampingan/<uuid:key>/<slug:what>/", mentors.add, name="mentor_add"),
    path("kelola/bimbingan/", workshop.home, name="workshop"),
    path("kelola/bimbingan/angkatan/<uuid:key>/", participation.participation, name="participation"),
    path("kelola/bimbingan/angkatan/<uuid:key>/kesiapan/", participation.readiness, name="own_readiness"),
    path(
        "kelola/bimbingan/angkatan/<uuid:key>/kesiapan/bukti/", participation.add_proof, name="add_own_proof"
    ),
    path(
        "kelola/bimbingan/angkatan/<uuid:key>/kesiapan/bukti/<uuid:proof>/hapus/",
        participation.drop_proof,
        name="drop_own_proof",
    ),
    path("kelola/bimbingan/komentar/<uuid:key>/", participation.reply, name="reply"),
    path("kelola/bimbingan/percepatan/", workshop.funnel, name="funnel"),
    path("kelola/bimbingan/percepatan/<uuid:key>/<slug:what>/", workshop.nominee, name="nominee"),
    path("kelola/bimbingan/produk/", workshop.products, name="products"),
    path("kelola/bimbingan/produk.csv", workshop.products_csv, name="products_csv"),
    path("kelola/bimbingan/produk/baru/", workshop.product, name="add_product"),
    path("kelola/bimbingan/produk/<uuid:key>/", workshop.product, name="product"),
    path("kelola/bimbingan/produk/<uuid:key>/hapus/", workshop.drop_product, name="drop_product"),
    path("kelola/bimbingan/produk/<uuid:key>/rancangan.yaml", workshop.draft_service, name="product_draft"),
]
