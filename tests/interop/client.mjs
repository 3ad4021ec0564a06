// npm's soap against the gateway: knows the addresses of the WSDLs and nothing else. JSON on standard output.
// node client.mjs BASE TODAY CITIZEN   (BASE as http://127.0.0.1:8080, TODAY as 2026-01-31)
import soap from "soap";

const [base, today, citizen] = process.argv.slice(2);
const METADATA = {
  xmlns: "http://service.bm.dk/RequestUserMetadata/2015/01/21/",
  user: "http://service.bm.dk/pjaktass/2015/01/21/RequestUserStructure/",
  type: "http://service.bm.dk/pjaktass/2015/01/21/RequestUserTypeIdentifierCodeList/",
  organisation: "http://service.bm.dk/pjaktass/2015/01/21/RequestOrganisationStructure/",
  code: "http://service.bm.dk/pjaktass/2013/06/07/CodeListBase/",
};
const ORGANISATION = "http://rep.oio.dk/ams.dk/xml/schemas/2005/09/01/";

// The library writes header blocks from objects but leaves their namespaces to its user.
const headers = [
  `<h:RequestUserMetadataHeader xmlns:h="${METADATA.xmlns}" xmlns:u="${METADATA.user}" xmlns:t="${METADATA.type}"
     xmlns:o="${METADATA.organisation}" xmlns:c="${METADATA.code}"><u:RequestUserStructure>
     <u:UserFullName>Test Testesen</u:UserFullName><t:RequestUserTypeIdentifier>
     <c:CodeListItemIdentifier>2</c:CodeListItemIdentifier></t:RequestUserTypeIdentifier>
     <u:UserIdentifier>CVR:12345678-FID:1234567890123</u:UserIdentifier></u:RequestUserStructure>
     <o:RequestOrganisationStructure><o:OrganisationTypeIdentifier>
     <c:CodeListItemIdentifier>8</c:CodeListItemIdentifier></o:OrganisationTypeIdentifier>
     <o:OrganisationCode>10101</o:OrganisationCode></o:RequestOrganisationStructure>
     <h:RegistrationDateTime>${today}T10:15:30.1234567+01:00</h:RegistrationDateTime></h:RequestUserMetadataHeader>`,
  `<a:ActiveOrganisationHeader xmlns:a="${ORGANISATION}"><a:OrganisationTypeIdentifier>8</a:OrganisationTypeIdentifier>
     <a:OrganisationCode>10101</a:OrganisationCode></a:ActiveOrganisationHeader>`,
];

async function client(service, version, options = {}) {
  const made = await soap.createClientAsync(`${base}/PjakTassWCF/${version}/${service}.svc?wsdl`, options);
  for (const block of headers) made.addSoapHeader(block);
  return made;
}

const code = (value) => ({ CodeListItemIdentifier: value });
const said = {};

const absences = await client("AbsenceRegistrationService", 7);
const absence = {
  PersonCivilRegistrationIdentifier: citizen,
  AbsenceTypeIdentifier: code(3),
  StartDate: `${today}T00:00:00`,
  AbsenceComment: "Ærligt & <kort>",
  NotificationDate: `${today}T00:00:00`,
};
const [created, answer] = await absences.CreateAbsenceAsync({ Absence: absence });
said.absence = created.ServiceReceipt;
said.absenceAnswer = answer;

const enrollments = await client("UnemploymentEnrollmentService", 8);
const [enrolled, enrolledAnswer] = await enrollments.UnemploymentEnrollmentAsync({
  UnemploymentEnrollment: {
    PersonCivilRegistrationIdentifier: citizen,
    ClientCategoryTypeIdentifier: code(2),
    EnrollmentDate: `${today}T00:00:00`,
    CurrentUnemploymentStatusTypeIdentifier: code(1),
    Profession: {
      ProfessionType: [
        { ConceptUriDa: "https://example.invalid/esco/1", HasEducation: true, YearLastUsed: 2020, MonthsOfExperience: 0 },
        { ConceptUriDa: "https://example.invalid/esco/2", HasEducation: false, YearLastUsed: 2021, MonthsOfExperience: 12 },
      ],
    },
  },
});
said.enrollment = enrolled;
said.enrollmentAnswer = enrolledAnswer;
const [read] = await enrollments.GetProfessionCollectionAsync({ PersonCivilRegistrationIdentifier: citizen });
said.professions = read.ProfessionCollection.ProfessionType;

try {
  await absences.CreateAbsenceAsync({ Absence: { ...absence, PersonCivilRegistrationIdentifier: "0203040506" } });
} catch (error) {
  const fault = error.root.Envelope.Body.Fault;
  said.fault = { code: fault.faultcode, details: fault.detail.FaultDetails };
}

const newer = await client("UnemploymentEnrollmentService", 8, { forceSoap12Headers: true });
try {
  const [, raw] = await newer.GetProfessionCollectionAsync({ PersonCivilRegistrationIdentifier: citizen });
  said.newer = raw;
} catch (error) {
  said.newer = String(error.body ?? error);
}

console.log(JSON.stringify(said));
