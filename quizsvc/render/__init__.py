"""Turn what is computed into what is read: Markdown, LaTeX, MathML, numbers and pictures.

Everything here is a pure function of its arguments, and everything it returns is safe to put on a
page as it is. The libraries that read Markdown and LaTeX, clean HTML and lay graphs out are
imported nowhere else.
"""
