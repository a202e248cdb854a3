"""The words of the synthetic organisations: grades, departments, job families, skills, goals, places, backgrounds.

Lists are in order of popularity, the most usual first.
"""

from __future__ import annotations

__all__ = [
    "CAREER_PATHS",
    "COMMON_SKILLS",
    "DEPARTMENTS",
    "EDUCATION",
    "FAMILIES",
    "FIELDS_OF_STUDY",
    "GOALS",
    "GRADES",
    "HEAD_OFFICE",
    "HOURS",
    "IDENTITIES",
    "LANGUAGES",
    "MEETING_FORMATS",
    "NEIGHBOURS",
    "ORGANISATIONS",
    "SITES",
    "SKILLS",
]

GRADES: tuple[str, ...] = ("G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8")
"""The ladder of grades, lowest first."""

SKILLS: dict[str, tuple[str, ...]] = {
    "Software": (
        "Python", "JavaScript", "Code review", "Testing", "API design", "Java", "System design", "Refactoring",
        "TypeScript", "Debugging", "Go", "Performance tuning", "Mobile development", "Rust",
    ),
    "Data": (
        "SQL", "Data visualisation", "Statistics", "Data modelling", "Machine learning", "Experiment design",
        "Data pipelines", "Forecasting", "Data quality", "R", "Natural language processing", "Causal inference",
        "Geospatial analysis", "Optimisation",
    ),
    "IT operations": (
        "Cloud platforms", "Networking", "Incident response", "Linux", "Monitoring", "Security basics", "Containers",
        "Infrastructure as code", "Databases", "Identity management", "Capacity planning", "Disaster recovery",
        "Endpoint management", "Penetration testing",
    ),
    "Product": (
        "Roadmapping", "User stories", "Prioritisation", "Market research", "Product analytics",
        "Stakeholder interviews", "Pricing", "Release planning", "Competitor analysis", "Backlog grooming",
        "Business cases", "Agile coaching", "Service blueprints", "Product discovery",
    ),
    "Design": (
        "User research", "Prototyping", "Interface design", "Accessibility", "Usability testing", "Design systems",
        "Visual design", "Content design", "Information architecture", "Service design", "Illustration",
        "Motion design", "Survey design", "Typography",
    ),
    "Sales": (
        "Negotiation", "Account management", "Prospecting", "Discovery calls", "Closing", "Sales forecasting",
        "Product demonstrations", "Tender writing", "Key account planning", "Partner sales", "Contract basics",
        "Territory planning", "Customer success", "Channel strategy",
    ),
    "Marketing": (
        "Copywriting", "Social media", "Campaign planning", "Search optimisation", "Brand strategy", "Email marketing",
        "Event planning", "Marketing analytics", "Public relations", "Content strategy", "Video production",
        "Market segmentation", "Sponsorship", "Photography",
    ),
    "Customer support": (
        "De-escalation", "Active listening", "Ticket triage", "Product troubleshooting", "Knowledge base writing",
        "Customer onboarding", "Quality monitoring", "Live chat", "Complaint handling", "Workforce planning",
        "Community management", "Voice of the customer", "Service metrics", "Training new colleagues",
    ),
    "Finance": (
        "Budgeting", "Spreadsheets", "Financial reporting", "Cost control", "Financial modelling", "Month-end close",
        "Accounts payable", "Audit preparation", "Cash flow", "Tax basics", "Treasury", "Investment appraisal",
        "Consolidation", "Transfer pricing",
    ),
    "People": (
        "Interviewing", "Coaching", "Employment law basics", "Performance reviews", "Onboarding", "Workshop design",
        "Conflict resolution", "Compensation", "Workforce analytics", "Employer branding", "Succession planning",
        "Learning design", "Employee relations", "Organisation design",
    ),
    "Legal": (
        "Contract review", "Data protection", "Risk assessment", "Policy writing", "Compliance training",
        "Negotiating terms", "Intellectual property", "Internal audit", "Regulatory reporting", "Dispute resolution",
        "Corporate governance", "Due diligence", "Competition law", "Export control",
    ),
    "Supply chain": (
        "Procurement", "Inventory planning", "Supplier management", "Logistics", "Demand planning", "Lean methods",
        "Quality control", "Warehouse management", "Health and safety", "Production scheduling", "Six Sigma",
        "Sustainability reporting", "Customs", "Fleet management",
    ),
}  # fmt: skip
"""Skills by job family, all of one length."""

FAMILIES: tuple[str, ...] = tuple(SKILLS)

COMMON_SKILLS: tuple[str, ...] = (
    "Presenting", "Project management", "Giving feedback", "Writing clearly", "Time management", "Facilitation",
    "Leading a team", "Delegation", "Stakeholder management", "Public speaking", "Change management",
    "Networking with people", "Storytelling", "Strategic thinking",
)  # fmt: skip

NEIGHBOURS: dict[str, tuple[str, str, str]] = {
    "Software": ("Data", "IT operations", "Product"),
    "Data": ("Software", "Product", "Finance"),
    "IT operations": ("Software", "Data", "Legal"),
    "Product": ("Design", "Data", "Marketing"),
    "Design": ("Product", "Marketing", "Software"),
    "Sales": ("Marketing", "Customer support", "Product"),
    "Marketing": ("Sales", "Design", "Data"),
    "Customer support": ("Sales", "Product", "People"),
    "Finance": ("Data", "Legal", "Supply chain"),
    "People": ("Legal", "Customer support", "Data"),
    "Legal": ("Finance", "People", "IT operations"),
    "Supply chain": ("Finance", "Sales", "Data"),
}
"""The families whose skills people of a family wish to learn, the nearest first."""

HEAD_OFFICE = "Executive office"

DEPARTMENTS: dict[str, dict[str, int]] = {
    "Engineering": {"Software": 66, "Data": 12, "IT operations": 12, "Product": 6, "Design": 4},
    "Operations": {"Supply chain": 78, "Finance": 6, "Data": 6, "IT operations": 6, "People": 4},
    "Sales": {"Sales": 82, "Marketing": 8, "Customer support": 6, "Finance": 4},
    "Customer service": {"Customer support": 84, "Sales": 6, "Data": 4, "People": 6},
    "Information technology": {"IT operations": 70, "Software": 20, "Data": 10},
    "Finance": {"Finance": 84, "Data": 8, "Legal": 8},
    "Product and design": {"Product": 48, "Design": 40, "Data": 12},
    "Marketing": {"Marketing": 80, "Design": 12, "Data": 8},
    "People": {"People": 88, "Data": 6, "Legal": 6},
    "Legal and compliance": {"Legal": 90, "Finance": 10},
    HEAD_OFFICE: {"Product": 20, "Finance": 30, "People": 20, "Legal": 30},
}
"""Departments, and how many in a hundred of each job family they have."""

SITES: tuple[tuple[str, str, str, str], ...] = (
    ("London", "United Kingdom", "Europe/London", "English"),
    ("New York", "United States", "America/New_York", "English"),
    ("Bengaluru", "India", "Asia/Kolkata", "Kannada"),
    ("Berlin", "Germany", "Europe/Berlin", "German"),
    ("Toronto", "Canada", "America/Toronto", "English"),
    ("Warsaw", "Poland", "Europe/Warsaw", "Polish"),
    ("Austin", "United States", "America/Chicago", "English"),
    ("Singapore", "Singapore", "Asia/Singapore", "Mandarin"),
    ("Lisbon", "Portugal", "Europe/Lisbon", "Portuguese"),
    ("Sao Paulo", "Brazil", "America/Sao_Paulo", "Portuguese"),
    ("Leeds", "United Kingdom", "Europe/London", "English"),
    ("Sydney", "Australia", "Australia/Sydney", "English"),
    ("Nairobi", "Kenya", "Africa/Nairobi", "Swahili"),
    ("Tokyo", "Japan", "Asia/Tokyo", "Japanese"),
    ("Pune", "India", "Asia/Kolkata", "Marathi"),
)
"""Site, country, IANA time zone, and the language most people there grew up with."""

HOURS: dict[str, int] = {
    "09:00-17:00": 40,
    "08:00-16:00": 18,
    "10:00-18:00": 14,
    "07:30-15:30": 7,
    "09:00-15:00": 6,
    "Mon-Thu 08:00-17:00": 5,
    "Mon-Wed 09:00-17:00": 4,
    "07:00-19:00": 6,
}
"""Working hours on the clock of the site, by how many in a hundred keep them; the last are the flexible ones."""

GOALS: dict[str, tuple[str, ...]] = {
    "Grow into a leadership role": (
        "I want to lead a team within the next two years.",
        "Become a people manager and learn what that takes.",
        "My aim is to move from doing the work to leading others.",
        "Looking for advice on my first step into management.",
    ),
    "Deepen technical expertise": (
        "I would like to become a real expert in my field.",
        "Get much better at the craft itself.",
        "My goal is to deepen my technical knowledge.",
        "I hope to be the person others ask about hard problems.",
    ),
    "Change to another role": (
        "I am thinking about moving into a different kind of role.",
        "Find out whether a change of career inside the company would suit me.",
        "I would like to see what other departments do before I decide on my next move.",
        "Switch into a neighbouring job family.",
    ),
    "Speak with more confidence": (
        "I want to feel at ease when I speak in front of people.",
        "Present to senior people without losing my nerve.",
        "My aim is to speak up more in large meetings.",
        "Get better at public speaking and presenting.",
    ),
    "Build a wider network": (
        "I would like to get to know people outside my own team.",
        "Build a network across offices.",
        "Meet colleagues whom I would never run into otherwise.",
        "I hope to make contacts in other parts of the organisation.",
    ),
    "Balance work and life": (
        "I want to find a better balance between work and family.",
        "Learn how others keep their workload sustainable.",
        "My goal is to stop working in the evenings.",
        "I would like to manage my energy and avoid burning out.",
    ),
    "Learn to work across cultures": (
        "I work with colleagues on three continents and want to do it better.",
        "Understand how people in other countries like to work.",
        "My aim is to get better at working across cultures.",
        "I hope to communicate well with international teams.",
    ),
    "Settle in as a newcomer": (
        "I have only just joined and want to find my way around.",
        "Learn how things really get done here.",
        "As a new colleague I would like someone to show me the ropes.",
        "Settle in quickly and meet people.",
    ),
    "Share what I know": (
        "I would like to pass on what I have learned.",
        "Help someone who stands where I stood ten years ago.",
        "My goal is to become a good mentor.",
        "I want to give something back to younger colleagues.",
    ),
    "Think more strategically": (
        "I want to see the bigger picture and think ahead.",
        "Understand how decisions are made at the top.",
        "My aim is to connect daily work with strategy.",
        "Learn to think beyond the next quarter.",
    ),
}
"""Underlying goals, each with several ways to say it."""

EDUCATION: dict[str, int] = {
    "Bachelor's degree": 42,
    "Master's degree": 24,
    "Secondary school": 15,
    "Apprenticeship": 14,
    "Doctorate": 5,
}

FIELDS_OF_STUDY: tuple[str, ...] = (
    "Business", "Computer science", "Engineering", "Economics", "Languages", "Psychology", "Mathematics",
    "Law", "Natural sciences", "Arts and design", "History", "Health",
)  # fmt: skip

CAREER_PATHS: dict[str, int] = {
    "Straight from education": 34,
    "From a competitor": 24,
    "From another industry": 20,
    "From the public sector": 9,
    "Returned after a break": 6,
    "Self-employed before": 5,
    "From the armed forces": 2,
}

LANGUAGES: tuple[str, ...] = (
    "English", "Spanish", "Hindi", "French", "Mandarin", "German", "Arabic", "Polish", "Portuguese", "Italian",
    "Ukrainian", "Tamil", "Turkish", "Swahili", "Japanese",
)  # fmt: skip

MEETING_FORMATS: dict[str, int] = {"video": 45, "either": 35, "in person": 20}

ORGANISATIONS: tuple[str, ...] = (
    "Office of Bridges", "Agency for Harbours", "Ministry of Clocks", "Bureau of Gardens", "Department of Maps",
    "Council for Lighthouses", "Service for Rivers", "Institute of Weather",
)  # fmt: skip
"""Invented public bodies for `make_two_sides`."""

IDENTITIES: tuple[str, ...] = (
    "Parent", "Carer", "First in the family at university", "Career changer", "Neurodivergent", "Disabled",
    "From another country", "Returner after a break",
)  # fmt: skip
