import { useLoad } from "@/api/hooks";
import { ProfileDocument } from "@/gen/documents/profile";
import { useT } from "@/i18n";
import { Facts } from "@/ui/Facts";
import { Loaded } from "@/ui/Feedback";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { ApprovalSection } from "./ApprovalSection";
import { SessionsSection } from "./SessionsSection";
import { TotpSection } from "./TotpSection";

/** One's own account: the second factor and the open sessions. */
export function ProfileScreen() {
  const t = useT();
  const query = useLoad(ProfileDocument, {});
  return (
    <Page title={t("profile.title")} hint={t("profile.hint")}>
      <Loaded query={query}>
        {(profile) => (
          <>
            <Section title={t("profile.data")}>
              <Facts
                facts={[
                  [t("user.name"), profile.viewer.user.name],
                  [t("user.email"), profile.viewer.user.email],
                  [t("user.role"), t(`role.${profile.viewer.user.role}`)],
                ]}
              />
            </Section>
            <TotpSection profile={profile} />
            <ApprovalSection required={profile.accessRules.requireApproval} />
            <SessionsSection />
          </>
        )}
      </Loaded>
    </Page>
  );
}
