import { refused, type Section } from './case.ts';

export const systemLevel: Section = {
  title: 'search over several types',
  link: 'https://hl7.org/fhir/R4/http.html#search',
  cases: [
    ['?_type=Basic', 'b-bird b-cat b-dog b-mammal'],
    ['?_type=Patient,Organization&_id=p1,o1,e1', 'o1 p1'],
    ['?_type=Patient,Practitioner&name=careful,peter', 'd1 p1'],
    ['_search?_type=Location', 'l1 l2'],
    ['?_id=e1', 'e1'],
    ['?_type=Patient,Nothing', refused(/Nothing/)],
    ['?_type=Patient,Observation&birthdate=1980', refused(/birthdate/)],
  ],
};

export const compartments: Section = {
  title: 'compartments',
  link: 'https://hl7.org/fhir/R4/compartmentdefinition.html',
  cases: [
    ['Patient/p1/Observation', 'ob1 ob2 ob6'],
    ['Patient/p1/Observation?code=8867-4', 'ob1'],
    ['Patient/p1/Condition', 'c1'],
    ['Patient/p1/*', 'c1 cov1 e1 e3 g1 m1 ob1 ob2 ob6 p1 p5 pv1 qr1 ra1 sr1'],
    ['Patient/p1/*?_type=Condition,RiskAssessment', 'c1 ra1'],
    ['Patient/nobody/Observation', ''],
    ['Practitioner/d1/Observation', 'ob1'],
    ['Practitioner/d1/Patient', 'p1 p3'],
    ['Practitioner/d1/*', 'c1 d1 e1 m1 ob1 p1 p3 pv1 r1'],
    ['Encounter/e1/Observation', 'ob1 ob2'],
    ['Encounter/e1/*', 'c1 e1 m1 ob1 ob2'],
    ['Device/dev1/Observation', 'ob1'],
    ['Device/dev1/*', 'dev1 ob1'],
    ['RelatedPerson/rp1/Observation', 'ob3'],
    ['RelatedPerson/rp1/*', 'e2 ob3 rp1'],
    ['Patient/p1/Observation?_include=Observation:encounter', 'ob1 ob2 ob6 +e1'],
    ['Patient/p1/Practitioner', refused(/Practitioner/, 404)],
    ['Organization/o1/Patient', refused(/Organization/, 404)],
    ['Patient/p1/Nothing', refused(/Nothing/, 404)],
    ['Patient/p1/Observation?nonsense=1', refused(/nonsense/)],
  ],
};

export const everything: Section = {
  title: '$everything',
  link: 'https://hl7.org/fhir/R4/patient-operation-everything.html',
  cases: [
    [
      'Patient/p1/$everything',
      'c1 cov1 e1 e3 g1 m1 ob1 ob2 ob6 p1 p5 pv1 qr1 ra1 sr1 +d1 +dev1 +l1 +med1 +o1 +o2',
    ],
    ['Patient/p4/$everything', 'p4 +o3'],
    ['Patient/p1/$everything?_type=Observation,Condition', 'c1 ob1 ob2 ob6'],
    ['Patient/p1/$everything?_type=Observation&_type=Device', 'ob1 ob2 ob6 +dev1'],
    ['Patient/p1/$everything?_since=2100-01-01T00:00:00Z', ''],
    [
      'Patient/p1/$everything?start=2020-01-01&end=2020-12-31&_type=Observation,Condition,Encounter,ServiceRequest,RiskAssessment',
      'e1 e3 ob1 ob2 ob6 ra1',
    ],
    ['Patient/p1/$everything?end=2016&_type=Observation,Condition', 'c1'],
    ['Encounter/e1/$everything', 'c1 e1 m1 ob1 ob2 +d1 +dev1 +med1 +o1 +p1'],
    ['Group/g1/$everything?_type=Encounter', 'e1 e2 e3'],
    ['Patient/$everything?_type=Encounter', 'e1 e2 e3'],
    ['Patient/$everything?_type=Basic', ''],
    ['Patient/nobody/$everything', refused(/nobody/, 404)],
    ['Patient/p1/$everything?_since=soon', refused(/_since/)],
    ['Patient/p1/$everything?start=soon', refused(/start/)],
    ['Patient/p1/$everything?_type=Nothing', refused(/Nothing/)],
    ['Patient/p1/$everything?code=x', refused(/"code"/)],
    ['Observation/ob1/$everything', refused(/Observation/, 404)],
  ],
};
