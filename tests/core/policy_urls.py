"""A small URL tree with every kind of view the policy must understand."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import View
from django.views.generic import FormView
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSet

from kam.core.policy import Who, policy


def answer(request: HttpRequest, **kwargs: str) -> HttpResponse:
    return HttpResponse("ok")


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("third party")


@policy(GET=Who.SIGNED_IN, POST=Who.STAFF)
class Page(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("read")

    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("written")


@policy(GET=Who.LEADER, POST=Who.LEADER)
class Form(FormView):
    """Django's form views answer PUT too: undeclared, it is refused, and that is no mistake of ours."""


class Things(ViewSet):
    policy = {"list": "things:read", "shout": "things:write"}

    def list(self, request):
        return Response([])

    @action(detail=True, methods=["post"])
    def shout(self, request, pk):
        return Response({})


class Forgetful(Things):
    policy = {"list": "things:read"}

    def create(self, request):
        return Response({})


@policy(GET=Who.SIGNED_IN)
class HalfDeclared(Page):
    pass


router = SimpleRouter(use_regex_path=False)
router.register("things", Things, basename="thing")
good = [
    path("open/", policy(GET=Who.ANYONE)(lambda request: answer(request)), name="open"),
    path("page/", Page.as_view(), name="page"),
    path("form/", Form.as_view(), name="form"),
    path("admins/", policy(GET=Who.ADMIN)(lambda request: answer(request)), name="admins"),
    path("third/", plain, name="third_party"),
    path("login/", plain, name="account_login"),
]
urlpatterns = [*good, path("api/", include((router.urls, "api"))), path("nobody/", plain, name="undeclared")]

handler403 = "kam.core.views.forbidden"
handler404 = "kam.core.views.not_found"


class faulty:
    """The same kinds, each with something forgotten."""

    router = SimpleRouter(use_regex_path=False)
    router.register("things", Forgetful, basename="thing")
    urlpatterns = [
        path("nobody/", plain, name="undeclared"),
        path("half/", HalfDeclared.as_view(), name="half"),
        path("api/", include(router.urls)),
    ]


TABLE = {"third_party": {"GET": Who.LEADER}, "account_login": {"GET": Who.ANYONE}}
