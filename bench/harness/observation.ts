const BODY_BYTES = 1024;

/** An Observation of 1 KB whose value is another in every request. */
export function observation(id: string): string {
  const resource = (text: string) =>
    JSON.stringify({
      resourceType: 'Observation',
      id,
      status: 'final',
      category: [
        {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/observation-category',
              code: 'vital-signs',
              display: 'Vital Signs',
            },
          ],
        },
      ],
      code: {
        coding: [{ system: 'http://loinc.org', code: '8302-2', display: 'Body Height' }],
        text: 'Body Height',
      },
      subject: { reference: 'Patient/dbf9798e-4b52-4cd9-a9eb-ec36149c859a' },
      effectiveDateTime: '2011-05-30T23:59:05+00:00',
      issued: '2011-05-30T23:59:05.881+00:00',
      valueQuantity: { value: 1234567, unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' },
      note: [{ text }],
    });
  const padding = 'Measured standing, without shoes. '.repeat(30).slice(0, BODY_BYTES - resource('').length);
  return resource(padding).replace('1234567', '{n}');
}
