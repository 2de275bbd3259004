"""The door, one's own account, and the administrator's pages about people.

allauth looks its pages up by its own names, so these stay without a namespace.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, URLResolver, include, path, re_path

from lawang.people import desk, views

_ours: list[URLPattern | URLResolver] = [
    path("masuk/", account.login, name="login"),
    path("keluar/", account.logout, name="logout"),
    path("akun/", views.profile, name="account"),
    path("akun/kontak/", views.contact, name="contact"),
    path("akun/surel/", views.email, name="email"),
    path("akun/titip-tugas/", views.delegation, name="delegate"),
    path("akun/titip-tugas/<int:pk>/akhiri/", views.end_delegation, name="end_delegation"),
    path("kelola/pengguna/", desk.users, name="users"),
    path("kelola/pengguna/unduh/", desk.export_users, name="export_users"),
    path("kelola/pengguna/baru/", desk.add_user, name="add_user"),
    path("kelola/pengguna/<uuid:key>/", desk.user, name="user"),
    path("kelola/pengguna/<uuid:key>/ubah/", desk.change_user, name="change_user"),
    path("kelola/pengguna/<uuid:key>/tugas/", desk.grant, name="grant"),
    path("kelola/pengguna/<uuid:key>/tugas/<int:pk>/akhiri/", desk.end_membership, name="end_membership"),
    path("kelola/pengguna/<uuid:key>/tutup/", desk.deactivate, name="deactivate"),
    path("kelola/pengguna/<uuid:key>/buka/", desk.reactivate, name="reactivate"),
    path("kelola/pengguna/<uuid:key>/tautan/", desk.link, name="link"),
    path("kelola/pengguna/<uuid:key>/kode-kedua/", desk.reset_second_factor, name="reset_second_factor"),
    path("kelola/pengguna/<uuid:key>/sesi/", desk.end_sessions, name="end_sessions"),
    path("kelola/instansi/", desk.agencies, name="agencies"),
    path("kelola/instansi/baru/", desk.add_agency, name="add_agency"),
    path("kelola/instansi/<uuid:key>/", desk.change_agency, name="change_agency"),
    path("kelola/instansi/<uuid:key>/tutup/", desk.close_agency, name="close_agency"),
    path("kelola/peran/", desk.roles, name="roles"),
    path("kelola/riwayat/", desk.history, name="history"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("masuk/", account.login, name="account_login"),
    path("masuk/kode/", mfa.authenticate, name="mfa_authenticate"),
    path("keluar/", account.logout, name="account_logout"),
    path("masuk/kode-surel/", account.request_login_code, name="account_request_login_code"),
    path("masuk/kode-surel/tulis/", account.confirm_login_code, name="account_confirm_login_code"),
    path("akun/daftar/", views.sign_up, name="account_signup"),
    path("akun/ditutup/", account.account_inactive, name="account_inactive"),
    path("akun/kata-sandi/", account.password_change, name="account_change_password"),
    path("akun/lupa/", account.password_reset, name="account_reset_password"),
    path("akun/lupa/terkirim/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^akun/lupa/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "akun/lupa/selesai/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("akun/konfirmasi/", account.reauthenticate, name="account_reauthenticate"),
    path("akun/konfirmasi/kode/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("akun/kode-kedua/", mfa.index, name="mfa_index"),
    path("akun/kode-kedua/pasang/", totp.activate_totp, name="mfa_activate_totp"),
    path("akun/kode-kedua/lepas/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("akun/kode-pemulihan/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("akun/kode-pemulihan/baru/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("akun/kode-pemulihan/unduh/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("akun/sesi/", views.sessions, name="usersessions_list"),
    path("", include((_ours, "people"))),
]
