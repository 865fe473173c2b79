"""What the API answers, one file per noun: a schema makes the answer and describes it, so that both say the same.

Routes hand over what the domain gave them; how it looks outside (public ids, ISO days, the names of shops and people)
stands here and nowhere else.
"""
