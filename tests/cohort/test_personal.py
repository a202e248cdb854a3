"""Which names of columns sound personal, in seven languages; and which only look as if they did."""

import unicodedata

import pytest

from peermatch.cohort.names import vocabulary, words_of
from peermatch.cohort.personal import maybe_origin, personal_kind, personal_values

PERSONAL = {
    "gender": "Gender sex pronouns Geschlecht Anrede sexe genre sexo Género sesso geslacht gênero",
    "sexual orientation": "sexual_orientation Sexualität sexuelle_Orientierung LGBTQ",
    "ethnic origin": "Ethnicity race Ethnie Migrationshintergrund étnia raza raça razza etniciteit",
    "nationality or origin": "Nationality citizenship Staatsbürgerschaft Staatsangehörigkeit Nationalität Herkunft "
    "Herkunftsland nationalité country_of_origin pays_d_origine nacionalidad nazionalità nacionalidade "
    "nationaliteit home_country Visa",
    "mother tongue": "first_language native_language Muttersprache langue_maternelle lengua_materna "
    "lingua_madre língua_materna moedertaal",
    "religion": "Religion Religionszugehörigkeit Konfession religión religione religião religie faith",
    "age": "Age age_band DOB date_of_birth Geburtsdatum Geburtsjahr Alter Altersgruppe âge date_de_naissance edad "
    "fecha_nacimiento età data_di_nascita idade data_nascimento leeftijd geboortedatum country_of_birth",
    "disability": "Disability Behinderung Schwerbehinderung handicap discapacidad disabilità deficiência beperking",
    "family": "marital_status Familienstand Kinder Elternzeit état_civil situation_familiale estado_civil stato_civile "
    "burgerlijke_staat caring_responsibilities",
    "health": "Health sick_days Krankheit Krankheitstage Krankenstand Krankmeldung maladie enfermedad malattia doença",
    "union or politics": "union_member Gewerkschaft Gewerkschaftsmitglied syndicat sindicato sindacato vakbond",
    "pay": "Salary base_pay Jahresgehalt Bruttolohn Vergütung Entgeltgruppe salaire rémunération salario stipendio "
    "remuneração salaris Bruttogehalt Gehaltsband",
    "performance": "performance_rating Leistung Leistungsbewertung Leistungsbeurteilung Beurteilung "
    "Mitarbeiterbeurteilung évaluation evaluación valutazione avaliação beoordeling",
    "absence": "absences Abwesenheit Abwesenheitstage Fehlzeiten Fehltage ausencias assenze verzuim",
}
WORKING = (
    "Krankenhaus Krankenpflege Geburtshilfe Kundenbeurteilung Dienstleistung Belohnung Gesundheitswesen Alternative "
    "Stage Landing Team Department Site Region City Grade Level Skills job_family language working_language "
    "Arbeitssprache hire_date education Projekt Abteilung Standort office_country Hobbies Personalnummer "
    "Kostenstelle Inhalt Agenda "
    "Image Coverage Storage Engagement Bundesland years_experience Berufserfahrung Compliance Trace Racecar "
    "Payload Manager"
)


def without_accents(text):
    apart = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def spelt_out(text):
    return text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")


CASES = [(name, kind) for kind, names in PERSONAL.items() for name in names.split()]


@pytest.mark.parametrize(("name", "kind"), CASES)
@pytest.mark.parametrize(
    "written", [str, str.upper, str.lower, without_accents, spelt_out, "  {}  (2026)".format]
)
def test_personal_names_however_they_are_written(name, kind, written):
    assert personal_kind(written(name)) == kind


def test_capitals_tell_words_apart():
    for name in ("CountryOfOrigin", "FirstLanguage", "LastRating", "GdB", "DateOfBirth"):
        assert personal_kind(name)


@pytest.mark.parametrize("name", WORKING.split())
def test_names_that_only_look_personal(name):
    assert personal_kind(name) == ""
    assert personal_kind(name.upper()) == ""


def test_where_people_work_is_told_from_where_they_are_from():
    for name in ("Country", "country_code", "pays", "País", "paese", "Land"):
        assert maybe_origin(name)
    for name in (
        "office_country",
        "Country of work",
        "Site country",
        "Büroland",
        "Land (Standort)",
        "pays de travail",
    ):
        assert not maybe_origin(name)
        assert personal_kind(name) == ""


def test_values_tell_where_a_name_does_not():
    assert personal_values(["M", "F", None]) == ""  # None is a value here: nothing of a gender
    assert personal_values(["M", "F"]) == "gender"
    assert personal_values(["männlich", "weiblich", "divers"]) == "gender"
    assert personal_values(["Mr", "Ms."]) == "gender"
    assert personal_values(["ledig", "verheiratet"]) == "family"
    for values in (["x"], ["D", "M"], ["Single", "x"], ["A", "B"], [], list("abcdefghijkl")):
        assert personal_values(values) == ""


def test_words_are_the_same_whatever_stands_between():
    wanted = ("date", "of", "birth")
    for name in ("date_of_birth", "Date of birth", "DateOfBirth", "date-of-birth:", "DATE OF BIRTH"):
        assert words_of(name) == wanted
    assert vocabulary("Führung") == {"fuhrung", "fuehrung"}
