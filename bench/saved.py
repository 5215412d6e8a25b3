"""Pupils who have saved their form and have a photo, written as rows: what the class acts begin with.

Their own part (fee, check, passwords, save) is measured by the journeys; here it would only take time.
"""

import json
from collections.abc import Sequence
from uuid import uuid4

from baoming.forms.definition import content_hash
from baoming.forms.fields import Values
from baoming.organizations.models import Organization
from baoming.registrations.form_queries import form_of, group_context, phone_context
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.journey import current_step, pack, rests_on
from baoming.registrations.models import FormGroup, FormVersion, Photo, Registration, RosterEntry
from baoming.registrations.queries import PHOTOS, document_context, roll_blind, roll_context
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared import names
from baoming.vault.services import keys
from bench.people import HISTORY
from standins.people import Person as Pupil

_FORM = {
    "registration_type": ["UNIFIED"], "first_subject": ["PHYSICS"], "second_subjects": ["BIOLOGY", "CHEMISTRY"],
    "language": ["1"], "oral": ["NO"], "specialty_exam": ["NONE"], "candidate_category": ["1"],
    "graduation_category": ["0"], "political_status": ["03"], "school.name": ["长沙市芙蓉区第一中学"],
    "household_type": ["2"], "household.province": ["43"], "household.city": ["430100"],
    "household.county": ["430102"], "household.township": ["马坡岭街道"], "asks_accommodation": ["NO"],
    "address.province": ["43"],
    "address.city": ["430100"], "address.county": ["430102"], "address.township": ["马坡岭街道"],
    "postcode": ["410016"], "members.0.relation": ["MOTHER"],
    "members.0.name": ["阿依古丽·买买提"], "members.0.phone": ["19900001234"], "strengths": ["长跑"],
    **{name: [text] for name, text in HISTORY.items()},
}  # fmt: skip


def saved_pupils(
    site: Organization, pupils: Sequence[Pupil], photos: Sequence[bytes], *, first: int, season: Season
) -> list[Registration]:
    """Make `pupils` of one site, numbered from `first`, each with a version, a photo (JPEG) and a roster line.

    No two of them show the same: address and recipient are each one's own, and so are the bytes of the photo.
    """
    return [
        _saved(site, pupil, photos[place % len(photos)], number=first + place, season=season)
        for place, pupil in enumerate(pupils)
    ]


def _saved(site: Organization, pupil: Pupil, photo: bytes, *, number: int, season: Season) -> Registration:
    row = _person(site, pupil, number=number, season=season)
    values = _values(season, pupil.name, number)
    version = FormVersion.objects.create(
        registration=row, number=1, at=row.created_at, content_hash=content_hash(values), receipt="7F3A",
        field_count=len(values), by_label="考生本人",
    )  # fmt: skip
    version.groups.set(_groups(row, values))
    _keep_photo(row, photo[:2] + b"\xff\xfe\x00\x0a" + f"{number:08d}".encode() + photo[2:])  # a JPEG comment
    entry = RosterEntry.objects.create(
        season=season, site=site, path=site.path, roll_blind=roll_blind(pupil.roll_number, season.pk), roll_sealed="",
        name=row.name, name_key=row.name_key, class_name=row.class_name, student_no=row.student_no,
        teacher=pupil.teacher, registration=row,
    )  # fmt: skip
    entry.roll_sealed = keys().seal(pupil.roll_number.encode(), context=roll_context(entry.pk))
    entry.save(update_fields=["roll_sealed"])
    return row


def _person(site: Organization, pupil: Pupil, *, number: int, season: Season) -> Registration:
    pk, now, ring = uuid4(), season_now(season.pk), keys()
    document = IdentityDocument(
        name=pupil.name, sex="1" if pupil.sex == "男" else "2", ethnicity=pupil.ethnicity, birth=pupil.birth,
        address=pupil.address, number=pupil.number, issuer=pupil.issuer, valid_from=pupil.valid_from,
        valid_to=pupil.valid_to,
    )  # fmt: skip
    done = frozenset({*rests_on("form"), "form"})
    return Registration.objects.create(
        id=pk, season=season, site=site, path=site.path, number=number, name=pupil.name,
        name_key=names.pinyin_key(pupil.name), name_initials=names.initials(pupil.name), sex=document.sex,
        ethnicity=document.ethnicity,
        document_sealed=ring.seal(document.to_json(), context=document_context(pk)),
        number_blind=ring.blind(pupil.number, purpose="id", season=season.pk),
        last_four_blind=ring.blind(pupil.number[-4:], purpose="last4", season=season.pk),
        reading="card", read_at=now, read_by="测量", reader="R01",
        phone_sealed=ring.seal(b"19900006021", context=phone_context(pk)),
        class_name=pupil.class_name, student_no=pupil.class_number, done=pack(done),
        current_step=current_step(done, frozenset()), version=1, saved_at=now, created_at=now,
    )  # fmt: skip


def _values(season: Season, name: str, number: int) -> Values:
    own = {"address.detail": [f"远大二路{number}号6栋1204"], "recipient": [f"{name}家长"]}
    values, problems = form_of(season).clean({**_FORM, **own}, bound_phone="19900006021")
    if problems:
        raise ValueError(f"the form of these pupils is not complete: {sorted(problems)}")
    return values


def _groups(row: Registration, values: Values) -> list[FormGroup]:
    form, groups = form_of(row.season), []
    for key, content in form.groups(values).items():
        digest = keys().blind(content.decode(), purpose=f"group:{row.pk}:{key}", season=row.season_id).hex()
        group = FormGroup(registration=row, key=key, content_hash=digest)
        if form.is_sealed(key):
            group.sealed = keys().seal(content, context=group_context(row.pk, key, digest))
        else:
            group.plain = json.loads(content)
        group.save()
        groups.append(group)
    return groups


def _keep_photo(row: Registration, jpeg: bytes) -> None:
    pk = uuid4()
    name = PHOTOS.keep(pk, jpeg)
    Photo.objects.create(
        id=pk, registration=row, file=name, sha256="", size=len(jpeg), source="camera", taken_at=row.created_at,
        taken_by="测量",
    )  # fmt: skip
