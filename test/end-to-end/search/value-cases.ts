import { refused, type Section } from './case.ts';

const UCUM = 'http://unitsofmeasure.org';

export const numbers: Section = {
  title: 'number',
  link: 'https://hl7.org/fhir/R4/search.html#number',
  cases: [
    ['RiskAssessment?probability=0.5', 'ra1'],
    ['RiskAssessment?probability=0.054', 'ra2'],
    ['RiskAssessment?probability=0.05', 'ra2'],
    ['RiskAssessment?probability=0.055', ''],
    ['RiskAssessment?probability=5e-1', 'ra1'],
    ['RiskAssessment?probability=gt0.5', 'ra3'],
    ['RiskAssessment?probability=lt0.5', 'ra2'],
    ['RiskAssessment?probability=ge0.5', 'ra1 ra3'],
    ['RiskAssessment?probability=le0.5', 'ra1 ra2'],
    ['RiskAssessment?probability=ne0.5', 'ra2 ra3'],
    ['RiskAssessment?probability=sa0.6', 'ra3'],
    ['RiskAssessment?probability=eb0.4', 'ra2'],
    ['RiskAssessment?probability=ap0.52', 'ra1'],
    ['RiskAssessment?probability=0.5,0.054', 'ra1 ra2'],
    ['RiskAssessment?probability=half', refused(/half/)],
  ],
};

export const quantities: Section = {
  title: 'quantity',
  link: 'https://hl7.org/fhir/R4/search.html#quantity',
  cases: [
    ['Observation?value-quantity=80', 'ob1'],
    [`Observation?value-quantity=80|${UCUM}|/min`, 'ob1'],
    ['Observation?value-quantity=80||/min', 'ob1'],
    [`Observation?value-quantity=80|${UCUM}|kg`, ''],
    ['Observation?value-quantity=80|http://example.org/units|/min', ''],
    [`Observation?value-quantity=70.5|${UCUM}|kg`, 'ob3 ob6'],
    [`Observation?value-quantity=gt70|${UCUM}|kg`, 'ob3 ob6'],
    [`Observation?value-quantity=lt71000|${UCUM}|g`, 'ob3 ob6'],
    ['Observation?value-quantity=gt79||/min', 'ob1 ob9'],
    ['Observation?value-quantity=ge100||/min', 'ob9'],
    ['Observation?value-quantity=5.4||mmol/l', 'ob7'],
    ['Observation?value-quantity=5.4', 'ob7'],
    ['Observation?value-quantity=gt5.5||mmol/l', ''],
    ['Observation?value-quantity=80||/min,5.4||mmol/l', 'ob1 ob7'],
    ['Observation?value-quantity:missing=true', 'ob2 ob4 ob5 ob8'],
    ['Observation?combo-value-quantity=120', 'ob2'],
    ['Observation?component-value-quantity=gt100', 'ob2'],
    [`Encounter?length=60|${UCUM}|min`, 'e1'],
    [`Encounter?length=1|${UCUM}|h`, 'e1'],
    [`Encounter?length=gt2|${UCUM}|h`, ''],
    [`Condition?onset-age=41|${UCUM}|a`, 'c2'],
    ['Observation?value-quantity=much', refused(/much/)],
  ],
};

export const uris: Section = {
  title: 'uri',
  link: 'https://hl7.org/fhir/R4/search.html#uri',
  cases: [
    ['ValueSet?url=http://example.org/vs/pets', 'vs1'],
    ['ValueSet?url=http://example.org/vs', ''],
    ['ValueSet?url=http://example.org/VS/pets', ''],
    ['ValueSet?url=urn:oid:2.16.840.1.113883.3.1', 'vs3'],
    ['ValueSet?url:below=http://example.org/vs', 'vs1 vs2'],
    ['ValueSet?url:below=http://example.org/vs/pets', 'vs1 vs2'],
    ['ValueSet?url:below=http://example.org/vs/pe', ''],
    ['ValueSet?url:above=http://example.org/vs/pets/mammals/more', 'vs1 vs2'],
    ['ValueSet?url:above=http://example.org/vs/pets', 'vs1'],
    ['ValueSet?url=http://example.org/vs/pets,urn:oid:2.16.840.1.113883.3.1', 'vs1 vs3'],
    ['ValueSet?url:missing=true', ''],
  ],
};

export const composites: Section = {
  title: 'composite',
  link: 'https://hl7.org/fhir/R4/search.html#composite',
  cases: [
    ['Observation?code-value-quantity=8867-4$80', 'ob1'],
    ['Observation?code-value-quantity=http://loinc.org|8867-4$gt90', 'ob9'],
    [`Observation?code-value-quantity=29463-7$gt70|${UCUM}|kg`, 'ob3 ob6'],
    ['Observation?code-value-quantity=8867-4$80,15074-8$5.4', 'ob1 ob7'],
    ['Observation?component-code-value-quantity=8480-6$120', 'ob2'],
    ['Observation?component-code-value-quantity=8480-6$80', ''],
    ['Observation?combo-code-value-quantity=8462-4$lt100', 'ob2'],
    ['Observation?code-value-string=5778-6$clear', 'ob5'],
    ['Group?characteristic-value=smoker$y', 'g1'],
    ['Group?characteristic-value=smoker$n', ''],
    ['Group?characteristic-value=http://example.org/traits|drinker$n', 'g1'],
    ['Observation?code-value-quantity=8867-4', refused(/code-value-quantity/)],
  ],
};
