"""Which columns sound personal: what people may not want to be matched on, in seven languages.

English, German, French, Spanish, Italian, Dutch and Portuguese, with or without accents. Everything that drafts,
warns or hides by such names asks here, so that no two parts of the library disagree on what is personal.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from peermatch.cohort.names import fold, vocabulary, words_of

__all__ = ["maybe_origin", "personal_kind", "personal_values"]


class _Kind(NamedTuple):
    """The words of one kind: whole words, parts of compounds, and words that only tell together."""

    words: frozenset[str]
    parts: tuple[str, ...]
    phrases: tuple[frozenset[str], ...]


def _kind(words: str, parts: str = "", phrases: str = "") -> _Kind:
    together = tuple(vocabulary(phrase) for phrase in phrases.split(";") if phrase.strip())
    return _Kind(vocabulary(words), tuple(sorted(vocabulary(parts))), together)


_KINDS = {
    "gender": _kind(
        "gender sex pronoun pronouns pronomen anrede salutation civilité genre sexe sexo género genere sesso geslacht "
        "gênero tratamiento aanhef maiden mädchenname",
        "geschlecht",
    ),
    "sexual orientation": _kind(
        "orientation sexuelle sexuell sessuale orientación "
        "orientamento orientação geaardheid lgbt lgbtq lgbti lgbtqi lgbtqia queer trans transgender",
        "sexual",
    ),
    "ethnic origin": _kind(
        "ethnicity ethnicities ethnic race racial ethnie ethnies etnia étnica étnico raza raça razza etniciteit "
        "minority minorité minoría minoranza minoria minderheid minderheit bame bipoc indigenous aboriginal caste "
        "kaste hautfarbe migrant immigrant immigration refugee réfugié",
        "ethni migrationshint migrationsstat flüchtling",
        "skin colour;skin color;migration background;migration status",
    ),
    "nationality or origin": _kind(
        "nationality nationalities citizenship citizenships citizen nationalität nationalité nacionalidad nazionalità "
        "nacionalidade nationaliteit citoyenneté ciudadanía cittadinanza cidadania naturalidade staatsburgerschap "
        "origin origine origines origen origini origem herkomst afkomst provenance provenienza procedencia "
        "heimatland heimat aufenthaltstitel aufenthaltsstatus visa visum visto passport passeport pasaporte passaporto "
        "passaporte paspoort reisepass",
        "staatsangehör staatsbürg staatszugehör herkunft",
        "home country;native country;residence permit;work permit;right work",
    ),
    "mother tongue": _kind(
        "maternelle materna madrelingua moedertaal erstsprache l1",
        "muttersprach firstlanguage mothertongue",
        "first language;first languages;native language;native languages;native speaker;mother tongue;home language;"
        "erste sprache;première langue;lingua madre;primera lengua;primer idioma;prima lingua;primeira língua;"
        "eerste taal",
    ),
    "religion": _kind(
        "faith belief beliefs creed church konfession kirche kirchensteuer glaube weltanschauung confession croyance "
        "croyances culte fede fé geloof creencia creencias credo crença",
        "religi",
    ),
    "age": _kind(
        "age ages dob geb birth birthday birthdate birthyear born geburt geburtsdatum geburtstag geburtsjahr "
        "geburtsort geburtsland geburtsname geburtsmonat geburtsstadt geboren alter lebensalter lebensjahr lebensjahre "
        "altersgruppe altersklasse altersband altersstufe jahrgang âge naissance anniversaire né née edad nacimiento "
        "nacido nacida cumpleaños età nascita compleanno idade nascimento nascido leeftijd verjaardag",
        "dateofbirth geboorte leeftijds",
    ),
    "disability": _kind(
        "disability disabilities disabled handicap handicapé handicapped gdb rqth invalidité discapacidad "
        "discapacitado minusvalía invalidez disabilità disabile invalidità deficiência deficiente pcd handicaps "
        "invaliditeit beperking autism autismus autisme adhd adhs dyslexia",
        "behinder neurodiver",
        "gd b;accessibility needs;reasonable adjustment;reasonable adjustments",
    ),
    "family": _kind(
        "marital married marriage spouse parental parenthood pregnant pregnancy maternity paternity caring carer "
        "caregiver caregiving children child kids dependents dependants verheiratet ehepartner ledig kinder "
        "kinderzahl elternzeit elternschaft mutterschutz alleinerziehend matrimonial marié mariée enfants grossesse "
        "maternité paternité casado casada hijos embarazo maternidad paternidad coniugato figli gravidanza maternità "
        "filhos gravidez maternidade gezinssituatie gehuwd kinderen",
        "familienstand zivilstand personenstand schwanger zwanger",
        "family status;family situation;relationship status;état civil;situation familiale;situation famille;"
        "estado civil;situación familiar;stato civile;stato famiglia;estado familiar;burgerlijke staat",
    ),
    "health": _kind(
        "health illness illnesses sick sickness disease medical medication diagnosis diagnose allergy allergies "
        "vaccination vaccinated smoker diet dietary krank gesundheit allergien impfung impfstatus geimpft raucher "
        "maladie malade santé médical médicale allergie vaccin enfermedad salud médica médico alergias vacuna malattia "
        "salute malato medica vaccino doença saúde vacina ziekte ziek gezondheid ziektedagen kranktage "
        "krankgeschrieben",
        "krankheit krankmeld krankschreib krankenstand krankentag krankenkasse krankenversich gesundheitszust "
        "gesundheitsprobl ziekteverz",
    ),
    "union or politics": _kind(
        "union unions unionised unionized politics political syndicat syndical syndiqué sindicato sindical "
        "sindicalizado sindacato sindacale vakbond betriebsrat parteizugehörigkeit partei política politica politiche "
        "ideology",
        "gewerkschaft politisch vakbonds",
        "works council;parti politique;opinion politique;opinions politiques;partido político",
    ),
    "pay": _kind(
        "salary salaries pay payroll comp compensation wage wages remuneration bonus bonuses earnings income stipend "
        "ctc lohn löhne lohngruppe lohnstufe lohnsteuer lohnsteuerklasse steuerklasse bruttolohn nettolohn "
        "stundenlohn monatslohn jahreslohn grundlohn arbeitslohn tariflohn verdienst tarifgruppe eingruppierung "
        "salaire salaires rémunération rémunérations paie paye revenu revenus prime salario salarios sueldo sueldos "
        "nómina remuneración retribución paga ingresos stipendio stipendi retribuzione reddito ral salário salários "
        "remuneração vencimento ordenado loon brutoloon nettoloon uurloon maandloon jaarloon beloning inkomen",
        "gehalt vergütung entgelt besoldung einkommen salaris",
        "hourly rate;day rate;daily rate",
    ),
    "performance": _kind(
        "performance appraisal appraisals evaluation evaluations rating ratings disciplinary hipo ninebox leistung "
        "leistungen beurteilung beurteilungen bewertung zielerreichung évaluation évaluations rendimiento desempeño "
        "evaluación evaluaciones disciplinario valutazione valutazioni prestazione prestazioni rendimento disciplinare "
        "avaliação avaliações desempenho beoordeling prestatie prestaties",
        "leistungsbeurt leistungsbewert leistungsstufe leistungsnote leistungszulage leistungseinsch leistungsgrad "
        "leistungsniveau leistungsprämie mitarbeiterbeurt mitarbeiterbewert personalbeurt personalbewert "
        "jahresbeurteil probezeitbeurt regelbeurteil potenzialeinsch potentialeinsch abmahnung functionering "
        "prestatiebeoord jaarbeoord",
        "high potential;annual review;entretien annuel;hoog potentieel",
    ),
    "absence": _kind(
        "absence absences absent absenteeism absentéisme absentismo absentéismes ausencia ausencias assenza assenze "
        "ausência ausências faltas resturlaub urlaubstage congé congés afwezigheid vacaciones",
        "fehlzeit fehltag fehlquote fehlstund abwesen verzuim",
        "leave days;leave balance;leave type;days off;arrêt travail;baja médica",
    ),
    "criminal record": _kind(
        "criminal conviction convictions vorstrafen führungszeugnis veteran casier", "", "background check"
    ),
    "where someone lives": _kind(
        "postcode zipcode postleitzahl plz wohnort wohnsitz wohnadresse privatadresse domicile residence résidence "
        "domicilio residencia residenza residência woonplaats woonadres",
        "",
        "home address;zip code;post code;code postal;código postal;codice postale",
    ),
    "identity": _kind(
        "identity identities identität identité identidad identità identidade identiteit characteristics diversity "
        "diversität diversité diversidad socioeconomic",
        "",
        "social class;social background;protected characteristic",
    ),
}

_COUNTRY = vocabulary("country countries nation pays land länder país países paese paesi")
_AT_WORK = vocabulary(
    "work working workplace office site location located employer employment duty station entity company business "
    "branch plant hub legal contract arbeit arbeitsort arbeitsland büro standort einsatz einsatzort niederlassung "
    "firma gesellschaft travail bureau lieu entreprise société affectation filiale trabajo oficina sede empresa "
    "ubicación lavoro ufficio azienda società werk kantoor vestiging bedrijf trabalho escritório local"
)

_VALUES = (
    (
        "gender",
        vocabulary(
            "m f w d x male female man woman men women männlich weiblich divers mann frau herr homme femme masculin "
            "féminin h masculino femenino hombre mujer varón maschio femmina uomo donna feminino homem mulher vrouw "
            "vrouwelijk mannelijk nonbinary non-binary nichtbinär mr mrs ms mx mme monsieur madame"
        ),
    ),
    (
        "family",
        vocabulary(
            "single married divorced widowed separated cohabiting partnered ledig verheiratet geschieden verwitwet "
            "célibataire marié mariée divorcé divorcée veuf veuve pacsé soltero soltera casado casada divorciado "
            "divorciada viudo viuda celibe nubile sposato sposata coniugato coniugata divorziato divorziata solteiro "
            "solteira ongehuwd gehuwd gescheiden"
        ),
    ),
)
_NO_EVIDENCE = frozenset({"single", "x", "d", "m", "h"})
"""Words that prove nothing unless another of their kind stands in the same column."""
_FEW = 8


@lru_cache(maxsize=4096)
def personal_kind(name: str) -> str:
    """Return what a column's name says of people that they may not want to be matched on; empty: nothing.

    Parameters
    ----------
    name : str
        A column's name.

    Examples
    --------
    >>> personal_kind("Jahresgehalt"), personal_kind("fecha_nacimiento"), personal_kind("first_language")
    ('pay', 'age', 'mother tongue')
    >>> personal_kind("Krankenhaus"), personal_kind("Team")
    ('', '')
    """
    words = words_of(name)
    said = frozenset(words)
    for kind, known in _KINDS.items():
        if (
            said & known.words
            or any(part in word for part in known.parts for word in words)
            or any(phrase <= said for phrase in known.phrases)
        ):
            return kind
    return ""


def personal_values(values: Iterable[Any]) -> str:
    """Return what a column's values say of people whatever its name is: gender or family; empty: nothing.

    Examples
    --------
    >>> personal_values(["m", "w", "d"]), personal_values(["Oslo", "Rome"])
    ('gender', '')
    """
    said = set()
    for value in values:
        said.add(fold(str(value)).strip().rstrip(".").casefold())
        if len(said) > _FEW:
            return ""
    for kind, known in _VALUES:
        if len(said) >= 2 and said <= known and said - _NO_EVIDENCE:
            return kind
    return ""


@lru_cache(maxsize=4096)
def maybe_origin(name: str) -> bool:
    """Whether a name speaks of a country without saying that it is where someone works: it may be where they are from.

    Examples
    --------
    >>> maybe_origin("Country"), maybe_origin("office_country"), maybe_origin("Site")
    (True, False, False)
    """
    said = frozenset(words_of(name))
    return bool(said & _COUNTRY) and not said & _AT_WORK
