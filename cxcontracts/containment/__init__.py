"""Containment: is everything that one side may say taken by the other, and if not, what is the counter-example?

Read the modules in this order:

``expressions``  regular expressions of ECMA-262, read
``automata``     sets of texts, followed no further than asked
``patterns``     the languages of patterns, where they can be read as such
``samples``      values of a schema, the plainest first
``emptiness``    schemas that certainly admit nothing
``sets``         one question, :func:`~cxcontracts.containment.sets.find`: a value that these schemas admit and those refuse
``nodes``        a schema in its document, and the plain shapes that it stands for, references and branches resolved
``ways``         the ways in which an answer can look along a path
``narrowing``    a shape as a self-contained schema, as deep as somebody is interested
``building``     a whole value that takes one given way, and the check that its schema allows it
"""
