"""What a plugin's author has got wrong."""


class Mistake(TypeError):
    """A mistake of the plugin's author: the message says what to write instead. It shows while the module is imported,
    never in a host."""
