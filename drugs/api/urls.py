"""The addresses below /api/v1/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from drugs.api import views
from drugs.api.documentation import api_docs

router = SimpleRouter()
router.register("therapies", views.TherapyViewSet, basename="api-therapy")
router.register("editions", views.EditionViewSet, basename="api-edition")
router.register("trials", views.TrialViewSet, basename="api-trial")
router.register("approvals", views.ApprovalViewSet, basename="api-approval")
router.register("results", views.ResultViewSet, basename="api-result")
router.register("sources", views.SourceViewSet, basename="api-source")
router.register("updates", views.UpdateViewSet, basename="api-update")
router.register("glossary", views.GlossaryViewSet, basename="api-glossary")

urlpatterns = [
    *router.urls,
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", api_docs, name="api-docs"),
]
