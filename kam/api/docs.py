"""The OpenAPI document and the browsable docs: the contract, without anyone's data, for anyone."""

from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class OpenApiView(SpectacularJSONAPIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own files; its template has no inline script or style, as the policy asks."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    url_name = "openapi"
    template_name = "api/docs.html"
