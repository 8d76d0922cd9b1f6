import { WarmfhirError } from '../errors.ts';

/**
 * All concrete resource types of FHIR R4 (4.0.1), in alphabetical order.
 * The standard is frozen, so positions in this list are too: stores use them as codes.
 * See https://hl7.org/fhir/R4/resourcelist.html
 */
export const RESOURCE_TYPES: readonly string[] = (
  'Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse ' +
  'AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan ' +
  'CareTeam CatalogEntry ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression ' +
  'CodeSystem Communication CommunicationRequest CompartmentDefinition Composition ConceptMap Condition ' +
  'Consent Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue ' +
  'Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport ' +
  'DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest ' +
  'EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable ExampleScenario ' +
  'ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse ' +
  'HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation ' +
  'ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media ' +
  'Medication MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest ' +
  'MedicationStatement MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication ' +
  'MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction ' +
  'MedicinalProductManufactured MedicinalProductPackaged MedicinalProductPharmaceutical ' +
  'MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence NamingSystem ' +
  'NutritionOrder Observation ObservationDefinition OperationDefinition OperationOutcome Organization ' +
  'OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation Person PlanDefinition ' +
  'Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse RelatedPerson ' +
  'RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject ' +
  'RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen ' +
  'SpecimenDefinition StructureDefinition StructureMap Subscription Substance ' +
  'SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation ' +
  'SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task ' +
  'TerminologyCapabilities TestReport TestScript ValueSet VerificationResult VisionPrescription'
).split(' ');

const CODES: ReadonlyMap<string, number> = new Map(RESOURCE_TYPES.map((name, index) => [name, index + 1]));

export function isResourceType(name: string): boolean {
  return CODES.has(name);
}

/** 1-based position in `RESOURCE_TYPES`. Throws `resource-type-unknown`. */
export function resourceTypeCode(name: string): number {
  const code = CODES.get(name);
  if (code === undefined)
    throw new WarmfhirError('resource-type-unknown', `FHIR R4 has no resource type ${name}.`);
  return code;
}

/** The type at a 1-based position. Throws `resource-type-unknown`. */
export function resourceTypeOfCode(code: number): string {
  const name = RESOURCE_TYPES[code - 1];
  if (name === undefined)
    throw new WarmfhirError('resource-type-unknown', `No resource type has the code ${code}.`);
  return name;
}
