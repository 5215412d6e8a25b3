"""Signed pages that a site scanned or photographed: the files as they come in, and each page with whose it is (R20)."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from baoming.registrations.models.registration import Registration
from baoming.seasons.models import Season


class ScanFile(models.Model):
    """One file as a site handed it in. It lies sealed until its pages are read, and is deleted then.

    Its name is not kept: people call such files after the candidate.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: what is sealed is bound to it
    season = models.ForeignKey(Season, models.PROTECT)
    path = models.CharField(max_length=24, db_collation="C")
    key = models.UUIDField()  # of the form that sent it: sent twice it is one
    place = models.PositiveSmallIntegerField()  # among the files of that form, from 1
    at = models.DateTimeField()  # by the real clock, as is what follows: the page is paper, not the season's
    by_id = models.CharField(max_length=40)
    by_label = models.CharField(max_length=60)
    file = models.CharField(max_length=80, default="")  # storage name; what lies there goes once the pages are read
    pages = models.PositiveSmallIntegerField(null=True)  # None: not known yet
    read = models.PositiveSmallIntegerField(default=0)  # how many of them have been looked at
    fault = models.CharField(max_length=20, default="")  # name of page_scans.Fault: why no more was read
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("path", "key", "place", name="scan_file_once_a_form")]
        indexes: ClassVar = [models.Index("season", "path", "at", name="scan_file_by_path")]

    def __str__(self) -> str:
        return f"scanned file {self.pk}"


class ScannedPage(models.Model):
    """One page that was read. It waits for a person's yes; kept, it belongs to the print that it shows.

    Only of a page that was matched the picture is kept: one of somebody else's is nobody's to look at.
    """

    class Found(models.TextChoices):
        MATCHED = "matched", "已对上"
        UNREADABLE = "unreadable", "没有二维码或看不清"
        SEVERAL = "several", "一页上有几张登记表"
        FORGED = "forged", "二维码校验不符"
        SEASON = "season", "不是本季的登记表"
        ELSEWHERE = "elsewhere", "不是本报名点的登记表"
        CONTINUED = "continued", "续页没有第一页"
        TWICE = "twice", "同一页交了两次"
        BROKEN = "broken", "这一页打不开"

    id = models.UUIDField(primary_key=True, default=uuid4)  # made here: the picture is sealed to it
    file = models.ForeignKey(ScanFile, models.CASCADE)
    number = models.PositiveSmallIntegerField()  # in that file, from 1
    found = models.CharField(max_length=10, choices=Found)
    registration = models.ForeignKey(Registration, models.PROTECT, null=True)
    print_id = models.UUIDField(null=True)
    place = models.PositiveSmallIntegerField(default=1)  # 2: the second page of a long sheet
    picture = models.CharField(max_length=80, default="")  # storage name of the sealed JPEG
    sha256 = models.CharField(max_length=64, default="")
    blank = models.BooleanField(default=False, db_default=False)  # nothing seems to be written on the line to sign on
    kept_at = models.DateTimeField(null=True)  # a person has confirmed it; by the season's clock
    kept_by = models.CharField(max_length=60, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("file", "number", name="page_once_a_file"),
            models.CheckConstraint(
                condition=Q(found="matched", registration__isnull=False, print_id__isnull=False)
                | Q(registration=None, print_id=None, picture="", kept_at=None) & ~Q(found="matched"),
                name="page_is_whose_or_has_no_picture",
            ),
        ]
        indexes: ClassVar = [models.Index("print_id", name="page_by_print")]

    def __str__(self) -> str:
        return f"page {self.number} {self.found}"
