"""Who comes in and how: sign-in and second steps by django-allauth, what ends a session, what asks for proof again."""
