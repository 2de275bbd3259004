"""What must stay true whatever writes to the tables: issued papers stay, wordings never change, numbers only rise."""

from django.db import migrations

GUARD = """
create function documents_stay() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.state <> 'draft' then
            raise exception 'document % was issued and stays', old.id using errcode = 'restrict_violation';
        end if;
        return old;
    end if;
    if new.code <> old.code or new.office_id <> old.office_id or new.about <> old.about
        or new.origin <> old.origin or (old.is_example and not new.is_example) then
        raise exception 'document %: code, office, origin and thing stay', old.id using errcode = 'restrict_violation';
    end if;
    if old.state <> 'draft' and (new.number, new.date, new.series_id, new.sequence, new.values, new.template_id, new.kind,
        new.title) is distinct from (old.number, old.date, old.series_id, old.sequence, old.values, old.template_id,
        old.kind, old.title) then
        raise exception 'document % has its number: what it says stays', old.id using errcode = 'restrict_violation';
    end if;
    if old.state in ('valid', 'replaced', 'revoked')
        and (new.sha256, new.file_id, new.issued_at) is distinct from (old.sha256, old.file_id, old.issued_at) then
        raise exception 'document % is issued: its file stays', old.id using errcode = 'restrict_violation';
    end if;
    if new.state <> old.state and not (
        (old.state = 'draft' and new.state in ('waiting', 'valid'))
        or (old.state = 'waiting' and new.state in ('valid', 'revoked'))
        or (old.state = 'valid' and new.state in ('replaced', 'revoked'))
    ) then
        raise exception 'document %: % does not become %', old.id, old.state, new.state
            using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger documents_stay before update or delete on documents_document
    for each row execute function documents_stay();

create function documents_wording_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (new.code, new.agency_id, new.version, new.title, new.body, new.kind, new.series, new.signers,
        new.made_at) is not distinct from (old.code, old.agency_id, old.version, old.title, old.body, old.kind,
        old.series, old.signers, old.made_at) then
        return new;
    end if;
    raise exception 'a version of a letter never changes' using errcode = 'restrict_violation';
end
$$;
create trigger documents_wording_stays before update or delete on documents_template
    for each row execute function documents_wording_stays();

create function documents_numbers_rise() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.last in (old.last, old.last + 1) and new.code = old.code and new.year = old.year
        and new.office_id is not distinct from old.office_id then
        return new;
    end if;
    raise exception 'numbers of a series only rise, by one' using errcode = 'restrict_violation';
end
$$;
create trigger documents_numbers_rise before update or delete on documents_numberseries
    for each row execute function documents_numbers_rise();
"""
REMOVE = """
drop trigger documents_numbers_rise on documents_numberseries;
drop function documents_numbers_rise();
drop trigger documents_wording_stays on documents_template;
drop function documents_wording_stays();
drop trigger documents_stay on documents_document;
drop function documents_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, REMOVE)]
