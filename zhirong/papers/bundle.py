"""The certificate's archive: both PDFs, the transcript, the verifier and how to use it, in determined bytes.

Order of making: `files` first; their digests go into the certificate's facts (`evidence.committed`), the leaf over
those is told, and last comes the `archive`. So a changed byte anywhere is found by the verifier that lies inside.
"""

from __future__ import annotations

from pathlib import Path

from zhirong.papers import facts, pdf, verifier

CERTIFICATE = "certificate.json"
HOW_TO = """知融交易凭证 {number} · 怎样核验
================================================

本压缩包内：
  certificate.json       凭证内容与存证证明
  certificate.zh.pdf     凭证（中文）
  certificate.en.pdf     凭证（英文）
  transcript.json        公开竞价记录，逐笔可核（协议成交的没有这一件）
  verifier.py            核验程序：单个文件，只用 Python 标准库，不联网
  README.txt             本说明

核验（任何装有 Python 3.9 以上的电脑）：
  1. 解压，进入文件夹。
  2. 运行  python verifier.py 本压缩包.zip
     也可以逐件核验  python verifier.py certificate.json
                     python verifier.py transcript.json
  3. 请到 {site} 抄下本中心公布的公钥，加上 --key 公钥 再运行一次。
     不加 --key 时，程序使用文件自带的公钥，只能说明文件前后一致。
  退出码 0：一切相符；1：有不符之处，逐条写明；2：读不懂该文件。

不信任本压缩包里的程序，可以从 {site} 另行下载，或按公开的格式说明自己写一个。


Zhirong transaction certificate {number} · how to verify
================================================

In this archive:
  certificate.json       the certificate's facts and the proofs that it stands on the record
  certificate.zh.pdf     the certificate in Chinese
  certificate.en.pdf     the certificate in English
  transcript.json        the public transcript of the bidding (absent where there was no auction)
  verifier.py            the verifier: one file, Python's standard library only, no network
  README.txt             this text

To verify, on any computer with Python 3.9 or newer:
  1. Unpack, and open the folder.
  2. Run  python verifier.py THIS_ARCHIVE.zip
     or, one by one,  python verifier.py certificate.json
                      python verifier.py transcript.json
  3. Copy the public key that the Centre publishes at {site} and run it once more with --key KEY.
     Without --key the file's own key is used, which shows only that the file agrees with itself.
  Exit code 0: all of it matches; 1: something does not, each named; 2: the file is not readable.

If you do not trust the program in this archive, fetch it from {site}, or write your own from the published formats.
"""


def files(paper: facts.Certificate, *, transcript: bytes | None) -> dict[str, bytes]:
    """Every file of the archive but certificate.json, in its order."""
    made = {
        "certificate.zh.pdf": pdf.certificate(paper, "zh"),
        "certificate.en.pdf": pdf.certificate(paper, "en"),
        "verifier.py": Path(verifier.__file__).read_bytes(),
        "README.txt": HOW_TO.format(number=paper.number, site=paper.house.site or paper.verify_at).encode(),
    }
    if transcript is not None:
        made["transcript.json"] = transcript
    return dict(sorted(made.items()))


def archive(certificate: bytes, made: dict[str, bytes]) -> bytes:
    """The one ZIP of a certificate (its canonical JSON) and its files; no dates, no compression, fixed order."""
    assert CERTIFICATE not in made, "certificate.json commits to the other files and cannot be one of them"
    return verifier.pack({CERTIFICATE: certificate, **made})
