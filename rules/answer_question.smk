"""What the rules of the questions share; as a module, so that it is no rule of its own."""


rule answer_question:
    """A question of the study (R11)."""
    conda:
        "../envs/python.yaml"
    script:
        "../scripts/questions/answer_question.py"
