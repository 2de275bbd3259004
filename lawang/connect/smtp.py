"""Mail: the sender of the outbox's channel "email", over SMTP with the standard library."""

import smtplib
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from lawang.record.models import Outbox
from lawang.record.outbox import NotSent, register_sender

SECONDS = 20  # that the other side has for each answer


def register() -> None:
    """Let mail leave by SMTP."""
    register_sender("email", send, is_ready=lambda: bool(settings.SMTP_URL))


def letter(message: Outbox) -> EmailMessage:
    """Return the message as mail. Its Message-ID comes from the outbox key: sent twice, it is still one message."""
    name, address = parseaddr(settings.MAIL_FROM)
    domain = address.rpartition("@")[2] or "localhost"
    mail = EmailMessage()
    try:
        mail["From"] = Address(name, addr_spec=address)
        mail["To"] = Address(addr_spec=message.address)
        mail["Subject"] = message.subject
    except (ValueError, IndexError, HeaderParseError):
        raise NotSent("the address or the subject cannot stand in a letter", permanent=True) from None
    mail["Date"] = format_datetime(message.made_at)
    mail["Message-ID"] = f"<{message.key}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body, cte="quoted-printable")
    return mail


def send(message: Outbox) -> None:
    """Hand one message to the mail server; raise NotSent when it does not take it."""
    mail = letter(message)
    try:
        with _server(settings.SMTP_URL) as server:
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise NotSent(_said(code, answer, message), permanent=code >= 500) from None
    except smtplib.SMTPResponseException as error:
        # A login that fails is ours to mend, not the message's fault: it is tried again.
        permanent = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
        raise NotSent(_said(error.smtp_code, error.smtp_error, message), permanent=permanent) from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"{type(error).__name__}: the mail server does not answer") from None


def _server(url: str) -> smtplib.SMTP:
    """Return a connection, logged in. smtps:// speaks TLS at once, ?tls=starttls after the greeting."""
    parts = urlsplit(url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
    try:
        if parse_qs(parts.query).get("tls") == ["starttls"]:
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _said(code: int, answer: bytes | str, message: Outbox) -> str:
    """Return the mail server's words without the address."""
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {words.replace(message.address, '…')[:200]}"
