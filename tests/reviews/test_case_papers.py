"""Papers are kept for who may open or supply the case, and each side sees and takes its own alone (R15)."""

import pytest

from baoming.audit.actors import Actor, Party
from baoming.forms.attached import Consent
from baoming.registrations.attached_queries import DRAFT, drafts_of
from baoming.registrations.models import Evidence, Registration
from baoming.reviews.case_queries import acts_of, asked_in, kinds_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import case_papers
from baoming.reviews.services import cases as services
from baoming.reviews.services.case_papers import papers_there, purpose_of
from baoming.reviews.services.cases import keep_papers, open_case
from baoming.shared.errors import Invalid, NotOpen
from tests.registrations.test_save_form import me
from tests.reviews.asking import ASKED, JPEG, after_sign_up, asked, do, hand_in
from tests.reviews.files import give_on, office, opened

pytestmark = pytest.mark.django_db
PAPER = Consent("paper", "", ())


def sends(row: Registration, kind: str, paper: str, by: Actor) -> None:
    keep_papers(row.pk, kind, {paper: JPEG + b"another " + by.kind.encode()}, PAPER, by=by)


def given_back_to_the_site() -> Registration:
    """Somebody whose case the site opened and the county gave back."""
    row = opened()
    do(give_on(row), Act.RETURN, office(row, "county"), reason="no_proof", note="看不清")
    return row


# who may


def test_a_candidate_puts_no_paper_into_the_case_of_the_site() -> None:
    row = given_back_to_the_site()
    with pytest.raises(NotOpen, match="由报名点提出"):
        sends(row, "migrant", "booklet", me(row))
    assert not Evidence.objects.filter(consent=PAPER.version).exists()


def test_control_where_nobody_asks_who_it_is_the_paper_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_may_hand_in", lambda *_, **_more: True)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_a_candidate_puts_no_paper_into_the_case_of_the_site()


@pytest.mark.parametrize("level", ["county", "city"])
def test_an_office_that_opens_no_such_case_leaves_the_drafts_of_others_alone(level: str) -> None:
    row = after_sign_up()
    hand_in(row, "accommodation")
    before = drafts_of(row)
    with pytest.raises(NotOpen, match="由考生或报名点提出"):
        sends(row, "accommodation", "certificate", office(row, level))
    assert drafts_of(row) == before


def test_where_one_waits_already_nothing_is_kept_and_where_it_was_given_back_it_is() -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption")
    sends(row, "fee_exemption", "proof", me(row))
    assert drafts_of(row) == {}
    do(case, Act.RETURN, office(row, "site"), reason="papers")
    sends(row, "fee_exemption", "proof", me(row))
    assert len(drafts_of(row)) == 1


# each side its own


def test_a_site_that_opens_it_on_paper_takes_no_picture_that_the_candidate_has_not_handed_in() -> None:
    row = after_sign_up()
    site = office(row, "site")
    hand_in(row, "fee_exemption")
    with pytest.raises(Invalid) as refusal:
        open_case(row.pk, "fee_exemption", raw=ASKED["fee_exemption"], by=site)
    assert set(refusal.value.fields) == {"proof"}
    sends(row, "fee_exemption", "proof", site)
    (own,) = drafts_of(row, Party.SITE).values()
    made = open_case(row.pk, "fee_exemption", raw=ASKED["fee_exemption"], by=site)
    assert asked_in(acts_of(made)).pictures == {"proof": str(own.pk)}
    assert len(drafts_of(row)) == 1, "the candidate's stays the candidate's"


def test_control_where_drafts_are_everybodys_the_site_takes_the_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_papers, "drafts_of", lambda row, _: drafts_of(row))
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_a_site_that_opens_it_on_paper_takes_no_picture_that_the_candidate_has_not_handed_in()


def test_a_site_and_its_candidate_both_keep_what_they_have_begun() -> None:
    row = after_sign_up()
    site = office(row, "site")
    sends(row, "fee_exemption", "proof", site)
    sends(row, "fee_exemption", "proof", me(row))
    kind = kinds_of(row.season)["fee_exemption"]
    assert papers_there(row, kind, None, by=Party.SITE) != papers_there(row, kind, None, by=Party.CANDIDATE)
    sends(row, "fee_exemption", "proof", site)
    assert Evidence.objects.filter(registration=row).count() == 2, "the older one of the site has gone, no other"
    open_case(row.pk, "fee_exemption", raw=ASKED["fee_exemption"], by=me(row))
    assert drafts_of(row) == {}
    assert len(drafts_of(row, Party.SITE)) == 1
    assert Case.objects.get().opener == Party.CANDIDATE


def test_the_purpose_of_every_draft_fits_its_column() -> None:
    kinds = kinds_of(after_sign_up().season).values()
    longest = Evidence._meta.get_field("purpose").max_length
    assert longest is not None
    for kind in kinds:
        for by in kind.opens:
            for paper in kind.papers:
                assert len(DRAFT[by] + purpose_of(kind, paper.key)) <= longest, (kind.key, paper.key, by)
