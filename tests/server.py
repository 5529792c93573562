"""A WSGI application asked as a server asks it, in the transaction of a test."""

from contextlib import contextmanager

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import RequestFactory


class Server:
    """Asks a WSGI application as a server does: `environ` in, status, headers and bytes out."""

    def __init__(self, application):
        self.application = application

    def get(self, address, headers=None, method="GET", **more):
        environ = RequestFactory().generic(method, address, headers={"host": "testserver"} | (headers or {})).environ
        said = []
        content = self.application(environ | more, lambda *start: said.append(start))
        ((status, sent),) = said
        response = HttpResponse(b"".join(content), status=int(status.split()[0]))
        del response["Content-Type"]
        for name, value in sent:
            response[name] = value
        if hasattr(content, "close"):
            content.close()
        return response


@contextmanager
def connection_that_lives():
    """A server's request ends its connection; here that of the test has to live, as in Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
