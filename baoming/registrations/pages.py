"""What is said of one page of signed sheets as scanned: how it is read stands in page_scans.py (R20).

Nothing here opens a file: a portal imports this, and leaves what does to the limited process.
"""

from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 12 * 1024 * 1024  # of a file
MOST_PAGES = 100  # of a PDF
MOST_CODES = 8  # told of one page
LONGEST_CODE = 400  # characters; ours has some 180
KEPT_SIZE = (1240, 1754)  # A4 upright, 150 dots an inch
KEPT_QUALITY = 60
MOST_KEPT = 2 * 1024 * 1024  # bytes of a page that is kept


class Fault(StrEnum):
    """Why a file or a page was not read; the value is what the operator reads."""

    EMPTY = "文件是空的，请重新选择"
    TOO_LARGE = "文件超过12MB，请分成几个文件，或把扫描分辨率调到200dpi"
    HEIC = "这张照片是HEIC格式，请在手机“设置—相机—格式”里选“兼容性最佳”后重拍，或转存为JPG"
    NO_PAGE = "不是PDF、JPG或PNG文件，请把签字页扫描成PDF，或拍成照片上传"
    BROKEN = "文件不完整或内容太复杂，打不开，请重新扫描或拍照"
    LOCKED = "PDF加了密码，请去掉密码另存后再上传"
    TOO_MANY_PAGES = f"PDF超过{MOST_PAGES}页，请分成每个不超过{MOST_PAGES}页的文件"
    TOO_MANY_PIXELS = "图像像素过大，请把扫描分辨率调到200dpi，或把相机调到1200万像素左右"


class PageRefused(Exception):
    """Nothing can be read here. `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class PageScan:
    """What one page showed. `pages`: of the whole file; `codes`: texts of its QR codes; `jpeg`: the page as kept.

    `blank`: the candidate's line for the signature is there, and nothing is written on it.
    """

    pages: int
    codes: tuple[str, ...]
    jpeg: bytes
    blank: bool = False
