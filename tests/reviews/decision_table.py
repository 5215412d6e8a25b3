"""Who may decide what in which state, and what falls: written by hand from mission R5, R22–R24 and journey.json.

What another office judges (R23, R24) is decided and taken back in its case: case_table.py.

Each line: state, decision, and what comes of it when the site, the county and the city do it.
`+step` is done by it, `-step` falls, `ok` changes no step; anything else is a refusal: a part of its sentence.
"""

SITE, COUNTY, WAY = "由报名点办理", "由县（市、区）招考机构办理", "由县招考机构重新打开"
MOVES, UNSTOPS = "转报名点由考生所在县", "撤销中止由县"
CASE, LATER, NONE = "请打开考生页上的“事项”", "这之后又有新的决定", "没有中止"
BELOW = "由报名点或县（市、区）招考机构撤销"
OVER, STOPPED = "结束", "已经中止"

TABLE = """
opened            pass    +eligibility  SITE          SITE
opened            return  ok            SITE          SITE
opened            undo    LATER         LATER         LATER
opened            move    MOVES         ok            MOVES
opened            ask     MOVES         ok            MOVES
opened            unstop  UNSTOPS       NONE          UNSTOPS

to_county         pass    COUNTY        CASE          COUNTY
to_county         return  COUNTY        CASE          COUNTY
to_county         undo    CASE          CASE          CASE
to_county         move    MOVES         ok            MOVES
to_county         ask     MOVES         ok            MOVES
to_county         unstop  UNSTOPS       NONE          UNSTOPS

to_city           pass    CITY          CITY          CASE
to_city           return  CITY          CITY          CASE
to_city           undo    CASE          CASE          CASE
to_city           move    MOVES         ok            MOVES
to_city           ask     MOVES         ok            MOVES
to_city           unstop  UNSTOPS       NONE          UNSTOPS

county_returned   pass    COUNTY        CASE          COUNTY
county_returned   return  COUNTY        CASE          COUNTY
county_returned   undo    CASE          CASE          CASE
county_returned   move    MOVES         ok            MOVES
county_returned   ask     MOVES         ok            MOVES
county_returned   unstop  UNSTOPS       NONE          UNSTOPS

county_passed     pass    COUNTY        CASE          COUNTY
county_passed     return  COUNTY        CASE          COUNTY
county_passed     undo    CASE          CASE          CASE
county_passed     move    MOVES         ok            MOVES
county_passed     ask     MOVES         ok            MOVES
county_passed     unstop  UNSTOPS       NONE          UNSTOPS

passed            pass    ok            SITE          SITE
passed            return  -eligibility  SITE          SITE
passed            undo    -eligibility  -eligibility  BELOW
passed            move    MOVES         ok            MOVES
passed            ask     MOVES         ok            MOVES
passed            unstop  UNSTOPS       NONE          UNSTOPS

returned          pass    +eligibility  SITE          SITE
returned          return  ok            SITE          SITE
returned          undo    +eligibility  +eligibility  BELOW
returned          move    MOVES         ok            MOVES
returned          ask     MOVES         ok            MOVES
returned          unstop  UNSTOPS       NONE          UNSTOPS

numbered          pass    ok            SITE          SITE
numbered          return  -eligibility  SITE          SITE
numbered          undo    -eligibility  -eligibility  BELOW
numbered          move    MOVES         ok            MOVES
numbered          ask     MOVES         ok            MOVES
numbered          unstop  UNSTOPS       NONE          UNSTOPS

signed            pass    ok            SITE          SITE
signed            return  -eligibility  SITE          SITE
signed            undo    -eligibility  -eligibility  BELOW
signed            move    MOVES         -signature    MOVES
signed            ask     MOVES         ok            MOVES
signed            unstop  UNSTOPS       NONE          UNSTOPS

completed         pass    ok            SITE          SITE
completed         return  WAY           SITE          SITE
completed         undo    WAY           WAY           BELOW
completed         move    MOVES         WAY           MOVES
completed         ask     MOVES         WAY           MOVES
completed         unstop  UNSTOPS       NONE          UNSTOPS

intake_over       pass    OVER          SITE          SITE
intake_over       return  OVER          SITE          SITE
intake_over       undo    OVER          OVER          BELOW
intake_over       move    MOVES         OVER          MOVES
intake_over       ask     MOVES         OVER          MOVES
intake_over       unstop  UNSTOPS       NONE          UNSTOPS

stopped           pass    STOPPED       STOPPED       STOPPED
stopped           return  STOPPED       STOPPED       STOPPED
stopped           undo    STOPPED       STOPPED       BELOW
stopped           move    MOVES         STOPPED       MOVES
stopped           ask     MOVES         STOPPED       MOVES
stopped           unstop  UNSTOPS       ok            UNSTOPS
"""
CITY = "由市（州）招考机构办理"
STATES = (
    "opened", "to_county", "to_city", "county_returned", "county_passed", "passed", "returned", "numbered",
    "signed", "completed", "intake_over", "stopped",
)  # fmt: skip
ACTS = ("pass", "return", "undo", "move", "ask", "unstop")
OFFICES = ("site", "county", "city")


def expected() -> dict[tuple[str, str, str], str]:
    """Return what comes of each decision, by state, decision and office; refusals as their words."""
    found: dict[tuple[str, str, str], str] = {}
    for line in TABLE.split("\n"):
        if line:
            state, act, *answers = line.split()
            for office, answer in zip(OFFICES, answers, strict=True):
                assert (state, act, office) not in found
                found[state, act, office] = globals().get(answer, answer)
    return found
