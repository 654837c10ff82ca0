"""The addresses of the house: pages and the interface."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from zhirong.api import app as api
from zhirong.web import account, errors, parties, portal, views
from zhirong.web.applications import addresses as application_pages
from zhirong.web.budgets import addresses as budget_pages
from zhirong.web.consult import addresses as consult_pages
from zhirong.web.deals import addresses as deal_pages
from zhirong.web.desk import addresses as desk_pages
from zhirong.web.enterprises import addresses as enterprise_pages
from zhirong.web.exchange import addresses as exchange_pages
from zhirong.web.measures import addresses as measure_pages
from zhirong.web.office import addresses as office
from zhirong.web.registry import addresses as registry_pages
from zhirong.web.support import addresses as support_pages
from zhirong.web.valuation import addresses as valuation_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("view", views.choose, name="view"),
    path("site-map", portal.site_map, name="site-map"),
    path("accessibility", portal.accessibility, name="accessibility"),
    path("api-guide", portal.api_guide, name="api-guide"),
    *account.addresses,
    *parties.addresses,
    # Before the listing's own page, whose number would swallow “new”.
    *desk_pages.addresses,
    *registry_pages.addresses,
    *valuation_pages.addresses,
    *enterprise_pages.addresses,
    *consult_pages.addresses,
    *measure_pages.addresses,
    *support_pages.addresses,
    *application_pages.addresses,
    *budget_pages.addresses,
    *deal_pages.addresses,
    *exchange_pages.addresses,
    *office.addresses,
    path("api/", api.interface.urls),
]


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if request.path.startswith("/api/"):
        return api.not_found(request)
    return errors.not_found(request, exception)


def fault(request: HttpRequest) -> HttpResponse:
    return api.fault(request) if request.path.startswith("/api/") else errors.fault(request)


handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = not_found
handler500 = fault
