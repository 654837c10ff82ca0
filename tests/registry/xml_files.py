"""Small office files of invented content, in both formats of the office."""

from __future__ import annotations

NEW = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE business:PatentDocumentAndRelated SYSTEM "/DTDS/ExternalStandards/ipphdb-entities.dtd"[]>
<business:PatentDocumentAndRelated xmlns:base="http://www.sipo.gov.cn/XMLSchema/base"
 xmlns:business="http://www.sipo.gov.cn/XMLSchema/business" lang="zh" country="CN" kind="{kind}">
 <business:BibliographicData>
  <business:PublicationReference dataFormat="standard"><base:DocumentID>
   <base:DocNumber>1</base:DocNumber></base:DocumentID></business:PublicationReference>
  <business:PublicationReference dataFormat="original"><base:DocumentID>
   <base:DocNumber>{publication}</base:DocNumber><base:Kind>{kind}</base:Kind><base:Date>{published}</base:Date>
  </base:DocumentID></business:PublicationReference>
  <business:PublicAvailabilityDate><business:GazetteReference><business:GazetteNumber>39-1402</business:GazetteNumber>
  </business:GazetteReference></business:PublicAvailabilityDate>
  <business:ApplicationReference applType="10" dataFormat="original"><base:DocumentID>
   <base:DocNumber>{number}</base:DocNumber><base:Date>20210305</base:Date></base:DocumentID></business:ApplicationReference>
  <business:ApplicationReference applType="10" dataFormat="standard"><base:DocumentID>
   <base:DocNumber>{standard}</base:DocNumber><base:Date>20210305</base:Date></base:DocumentID></business:ApplicationReference>
  <business:PriorityDetails><business:Priority dataFormat="original"><base:WIPOST3Code>JP</base:WIPOST3Code>
   <base:DocNumber>2020-1</base:DocNumber><base:Date>20200401</base:Date></business:Priority></business:PriorityDetails>
  <business:ClassificationIPCRDetails>
   <business:ClassificationIPCR><base:Text>B25J    9/16    (2006.01)</base:Text></business:ClassificationIPCR>
   <business:ClassificationIPCR><business:Section>H</business:Section><business:MainClass>01</business:MainClass>
    <business:Subclass>M</business:Subclass><business:MainGroup>10</business:MainGroup><business:Subgroup>00</business:Subgroup>
   </business:ClassificationIPCR>
  </business:ClassificationIPCRDetails>
  <business:InventionTitle lang="zh">一种柔性&ldquo;夹爪&rdquo;</business:InventionTitle>
  <business:InventionTitle lang="en">A soft gripper</business:InventionTitle>
  <business:RelatedDocuments><business:RelatedPublicationDoc><base:DocumentID><base:Date>20210801</base:Date>
  </base:DocumentID></business:RelatedPublicationDoc></business:RelatedDocuments>
  <business:Parties><business:ApplicantDetails><business:Applicant sequence="1"><base:AddressBook>
   <base:Name>深圳甲智能有限公司</base:Name><base:Address><base:Street>0</base:Street><base:County>福田区</base:County>
   <base:City>深圳市</base:City><base:Province>广东省</base:Province><base:WIPOST3Code>CN</base:WIPOST3Code><base:Text>0</base:Text>
   </base:Address></base:AddressBook><business:OrganizationCode>0000000000</business:OrganizationCode></business:Applicant>
   </business:ApplicantDetails>
   <business:InventorDetails>
    <business:Inventor><base:AddressBook><base:Name>赵一</base:Name></base:AddressBook></business:Inventor>
    <business:Inventor><base:AddressBook><base:Name>钱二</base:Name></base:AddressBook></business:Inventor>
   </business:InventorDetails></business:Parties>
  {assignees}
 </business:BibliographicData>
 <business:Abstract lang="zh"><base:Paragraphs num="0001">一种夹爪，<base:Sup>2</base:Sup>指。</base:Paragraphs>
  <base:Paragraphs num="0002">效果好。</base:Paragraphs>
  <business:AbstractFigure><base:Figure><base:Image file="x.TIF"/></base:Figure></business:AbstractFigure>
 </business:Abstract>
</business:PatentDocumentAndRelated>
"""

ASSIGNEES = """<business:AssigneeDetails><business:Assignee><base:AddressBook><base:Name>深圳乙智能有限公司</base:Name>
 </base:AddressBook><business:AssigneeCode>0000000000</business:AssigneeCode></business:Assignee></business:AssigneeDetails>"""

OLD = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="/showxml/xsl/XSL0117new.xsl"?>
<cn-patent-document lang="ZH" country="CN"><cn-bibliographic-data>
 <cn-publication-reference><document-id><country>CN</country><doc-number>205000001</doc-number><kind>U</kind>
  <date>20160120</date></document-id><gazette-reference><gazette-num>32-03</gazette-num></gazette-reference>
 </cn-publication-reference>
 <application-reference appl-type="实用新型"><document-id><doc-number>201520700001.{check}</doc-number>
  <date>20150910</date></document-id></application-reference>
 <classifications-ipcr><classification-ipcr><text>A47J   31/44    (2006.01)</text></classification-ipcr>
 </classifications-ipcr>
 <invention-title>一种便携水壶</invention-title>
 <abstract><p num="1">一种水壶。<bio-deposit><depositary>CGMCC</depositary></bio-deposit></p></abstract>
 <cn-parties><cn-applicants><cn-applicant sequence="1"><addressbook lang="ZH"><name>孙三</name>
  <address><text>518000 广东省深圳市福田区</text></address></addressbook></cn-applicant>
  <cn-applicant sequence="2"><addressbook><name>李四</name></addressbook></cn-applicant></cn-applicants>
  <cn-inventors><cn-inventor><name>孙三</name></cn-inventor></cn-inventors></cn-parties>
</cn-bibliographic-data></cn-patent-document>
"""


def new_file(**parts: str) -> bytes:
    """A document of the newer format; by default a granted invention with an assignee of its own."""
    said = {
        "kind": "B",
        "publication": "113000001",
        "published": "20221104",
        "number": "202110246810.5",
        "standard": "102021000246810",
        "assignees": ASSIGNEES,
    }
    return NEW.format(**said | parts).encode()


def old_file(**parts: str) -> bytes:
    """A document of the older format: a utility model of two natural persons, behind a byte order mark."""
    return b"\xef\xbb\xbf" + OLD.format(**{"check": "7"} | parts).encode()
